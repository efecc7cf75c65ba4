use std::time::Duration;

use auraxis::prelude::*;

async fn report(_: Client, _: State<bool>) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::Trigger::every(::core::time::Duration::from_millis(5400000u64))
            .named("report")
            .__action(|__context| {
                let __arg1 = ::auraxis::__private::extract::<Client>(__context)?;
                let __arg2 = ::auraxis::__private::extract::<State<bool>>(__context)?;
                ::core::result::Result::Ok(move |_| {
                    ::auraxis::__private::spawnable::<
                        (),
                        _,
                    >(
                        report(
                            <Client as ::core::clone::Clone>::clone(&__arg1),
                            <State<bool> as ::core::clone::Clone>::clone(&__arg2),
                        ),
                    )
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("report", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

fn ping(tick: Tick, _: Client) -> std::io::Result<()> {
    println!("{}", tick.timestamp);
    Ok(())
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::Trigger::every(Duration::from_secs(10))
            .concurrency(2)
            .timeout(Duration::from_secs(5))
            .retry(1)
            .named("ping")
            .__action(|__context| {
                let __arg1 = ::auraxis::__private::extract::<Client>(__context)?;
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<
                        std::io::Result<()>,
                    >(ping(__event, <Client as ::core::clone::Clone>::clone(&__arg1)))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("ping", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

fn clean_up() {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::Trigger::cron("0 4 * * *")
            .on_error(|e: ::auraxis::HandlerError<'_, ::auraxis::Tick>| eprintln!("{e}"))
            .blocking()
            .named("clean_up")
            .__action(|_| {
                ::core::result::Result::Ok(move |_| {
                    ::auraxis::__private::ready::<()>(clean_up())
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("clean_up", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
