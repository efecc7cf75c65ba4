use auraxis::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
pub(crate) struct Tally(AtomicU64);

async fn count_deaths(_: Death, tally: State<Tally>, _client: Client) -> auraxis::Result {
    tally.0.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .named("count_deaths")
            .__action(|__context| {
                let __arg1 = ::auraxis::__private::extract::<State<Tally>>(__context)?;
                let __arg2 = ::auraxis::__private::extract::<Client>(__context)?;
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<
                        auraxis::Result,
                        _,
                    >(
                        count_deaths(
                            __event,
                            <State<Tally> as ::core::clone::Clone>::clone(&__arg1),
                            <Client as ::core::clone::Clone>::clone(&__arg2),
                        ),
                    )
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("count_deaths", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
