use auraxis::prelude::*;

fn on_death(death: Delivered<Death>) {
    println!("{:?} ago", death.lag());
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Delivered<Death>>::NEW.__kind(),
            )
            .on::<Death>()
            .condition(|death: &Delivered<Death>| -> ::core::primitive::bool {
                death.is_headshot
            })
            .key(|death: &Delivered<Death>| death.character_id)
            .named("on_death")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<()>(on_death(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("on_death", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

fn on_event(event: Delivered<Event>) {
    println!("{} over link {}", event.name(), event.link());
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Delivered<Event>>::NEW.__kind(),
            )
            .on::<Death>()
            .on::<BattleRankUp>()
            .named("on_event")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<()>(on_event(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("on_event", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
