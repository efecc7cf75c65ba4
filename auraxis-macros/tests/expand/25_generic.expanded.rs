use auraxis::prelude::*;

async fn log<E: std::fmt::Debug>(event: E, _: Client)
where
    E: Send,
{
    println!("{event:?}");
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<::auraxis::event::Event>::NEW
                    .__kind(),
            )
            .on::<Death>()
            .on::<VehicleDestroy>()
            .condition(|event: &::auraxis::event::Event| -> ::core::primitive::bool {
                event.world_id() == Some(WorldId::SOLTECH)
            })
            .named("log")
            .__action(|__context| {
                let __arg1 = ::auraxis::__private::extract::<Client>(__context)?;
                ::core::result::Result::Ok(move |__event| {
                    let __event = match ::auraxis::__private::downcast::<
                        Death,
                    >(__event) {
                        ::core::result::Result::Ok(__event) => {
                            return ::auraxis::__private::spawnable::<
                                (),
                                _,
                            >(
                                log(
                                    __event,
                                    <Client as ::core::clone::Clone>::clone(&__arg1),
                                ),
                            );
                        }
                        ::core::result::Result::Err(__event) => __event,
                    };
                    let __event = match ::auraxis::__private::downcast::<
                        VehicleDestroy,
                    >(__event) {
                        ::core::result::Result::Ok(__event) => {
                            return ::auraxis::__private::spawnable::<
                                (),
                                _,
                            >(
                                log(
                                    __event,
                                    <Client as ::core::clone::Clone>::clone(&__arg1),
                                ),
                            );
                        }
                        ::core::result::Result::Err(__event) => __event,
                    };
                    let _ = __event;
                    ::auraxis::__private::ready::<()>(())
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("log", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
