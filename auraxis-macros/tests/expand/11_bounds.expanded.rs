use auraxis::prelude::*;
use std::time::Duration;

async fn patient(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .queue(256)
            .overflow(::auraxis::OverflowPolicy::DropNewest)
            .timeout(Duration::from_secs(5))
            .named("patient")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(patient(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("patient", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
