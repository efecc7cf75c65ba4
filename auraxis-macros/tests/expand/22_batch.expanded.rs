use std::time::Duration;

use auraxis::{HandlerError, prelude::*};

async fn insert(_: Vec<Event>, _: Client) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Event>::NEW.__kind(),
            )
            .on::<Death>()
            .on::<VehicleDestroy>()
            .batch(500, Duration::from_secs(5))
            .on_error(lost)
            .key(|e: &Event| e.world_id())
            .named("insert")
            .__action(|__context| {
                let __arg1 = ::auraxis::__private::extract::<Client>(__context)?;
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<
                        (),
                        _,
                    >(insert(__event, <Client as ::core::clone::Clone>::clone(&__arg1)))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("insert", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

fn delivered(_: Vec<Delivered<Death>>) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Delivered<Death>>::NEW.__kind(),
            )
            .on::<Death>()
            .batch(10, Duration::from_secs(1))
            .blocking()
            .named("delivered")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<()>(delivered(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("delivered", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

fn lost(error: HandlerError<'_, Vec<Event>>) {
    eprintln!("{} events were not inserted: {error}", error.event.len());
}
