use std::time::Duration;

use auraxis::prelude::*;

async fn at_most_once_a_minute_per_attacker(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .cooldown(Duration::from_secs(60))
            .per(|d: &Death| d.attacker_character_id)
            .named("at_most_once_a_minute_per_attacker")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<
                        (),
                        _,
                    >(at_most_once_a_minute_per_attacker(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("at_most_once_a_minute_per_attacker",
        ::core::module_path!(), ::core::file!(), ::core::line!(), __build)
    }
};
