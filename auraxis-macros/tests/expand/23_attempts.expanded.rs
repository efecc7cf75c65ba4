use std::time::Duration;

use auraxis::prelude::*;

async fn post(_: Death) -> std::io::Result<()> {
    Ok(())
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .check(is_enemy)
            .retry(3)
            .timeout(Duration::from_secs(5))
            .on_error(|e: ::auraxis::HandlerError<'_, Death>| eprintln!("{e}"))
            .named("post")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<
                        std::io::Result<()>,
                        _,
                    >(post(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("post", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

fn with_a_closure(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .check(|d: Death, on: State<bool>| d.is_headshot && *on)
            .named("with_a_closure")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<()>(with_a_closure(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("with_a_closure", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

async fn is_enemy(_: Death, _: Client) -> auraxis::Result<bool> {
    Ok(true)
}
