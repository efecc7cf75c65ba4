use auraxis::prelude::*;

fn squad() -> Vec<CharacterId> {
    vec![CharacterId(5), CharacterId(6)]
}

async fn squad_death(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
            .on::<Death>()
            .worlds([WorldId::SOLTECH])
            .characters(squad())
            .zones([ZoneId(2)])
            .named("squad_death")
            .action_with(|_| {
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
