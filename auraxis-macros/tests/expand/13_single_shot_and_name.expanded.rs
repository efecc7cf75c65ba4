use auraxis::prelude::*;

async fn announce(_: Death) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
            .on::<Death>()
            .single_shot()
            .named("first blood")
            .action_with(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(announce(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("announce", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
