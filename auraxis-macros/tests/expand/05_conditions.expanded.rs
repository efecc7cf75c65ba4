use auraxis::prelude::*;

const ENABLED: bool = true;

fn by_someone(death: &Death) -> bool {
    death.attacker_character_id.is_some()
}

async fn headshot(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .condition(by_someone)
            .condition(|d: &Death| -> ::core::primitive::bool { d.is_headshot })
            .condition(ENABLED)
            .named("headshot")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(headshot(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("headshot", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
