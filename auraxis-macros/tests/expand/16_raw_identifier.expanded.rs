use auraxis::prelude::*;

async fn r#type(r#struct: Death) {
    drop(r#struct);
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
            .on::<Death>()
            .named("type")
            .action_with(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(r#type(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("type", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
