use auraxis::prelude::*;

async fn one_by_one(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
            .on::<Death>()
            .sequential()
            .named("one_by_one")
            .action_with(|_| {
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
        ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
            .on::<Death>()
            .key(|d: &Death| d.character_id)
            .concurrency(8)
            .named("one_by_one_per_victim")
            .action_with(|_| {
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
