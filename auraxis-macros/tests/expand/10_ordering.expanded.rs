use auraxis::prelude::*;

async fn one_by_one(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .sequential()
            .named("one_by_one")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(one_by_one(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("one_by_one", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};

async fn one_by_one_per_victim(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .key(|d: &Death| d.character_id)
            .concurrency(8)
            .named("one_by_one_per_victim")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<
                        (),
                        _,
                    >(one_by_one_per_victim(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("one_by_one_per_victim",
        ::core::module_path!(), ::core::file!(), ::core::line!(), __build)
    }
};
