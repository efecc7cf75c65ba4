use auraxis::prelude::*;

async fn twice(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
            .on::<Death>()
            .characters([CharacterId(5)])
            .named("nemesis")
            .action_with(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(twice(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("twice", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
            .on::<Death>()
            .worlds([WorldId::SOLTECH])
            .named("twice")
            .action_with(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(twice(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("twice", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
