use auraxis::prelude::*;

fn squad() -> Vec<CharacterId> {
    vec![CharacterId(5), CharacterId(6)]
}

async fn squad_death(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .worlds([WorldId::SOLTECH])
            .characters(squad())
            .zones([ZoneId(2)])
            .named("squad_death")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(squad_death(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("squad_death", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
