use auraxis::prelude::*;

one_of! {
    enum Fight { Death, VehicleDestroy }
}

async fn fight(fight: Fight) {
    match fight {
        Fight::Death(_) => println!("someone died"),
        Fight::VehicleDestroy(_) => println!("something blew up"),
    }
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Fight>::NEW.__kind(),
            )
            .on::<Death>()
            .on::<auraxis::event::VehicleDestroy>()
            .named("fight")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(fight(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("fight", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

async fn everything(_: Event) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Event>::NEW.__kind(),
            )
            .on::<Event>()
            .named("everything")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(everything(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("everything", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
