use auraxis::prelude::*;

mod toolbox {
    pub(super) use auraxis as framework;
}

async fn from_the_toolbox(_: Death, _: Client) {}

const _: () = {
    fn __build() -> toolbox::framework::Trigger {
        toolbox::framework::__private::builder_for(
                toolbox::framework::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .overflow(toolbox::framework::OverflowPolicy::Block)
            .named("from_the_toolbox")
            .__action(|__context| {
                let __arg1 = toolbox::framework::__private::extract::<
                    Client,
                >(__context)?;
                ::core::result::Result::Ok(move |__event| {
                    toolbox::framework::__private::spawnable::<
                        (),
                        _,
                    >(
                        from_the_toolbox(
                            __event,
                            <Client as ::core::clone::Clone>::clone(&__arg1),
                        ),
                    )
                })
            })
    }
    toolbox::framework::__private::inventory::submit! {
        toolbox::framework::__private::Registration::new("from_the_toolbox",
        ::core::module_path!(), ::core::file!(), ::core::line!(), __build)
    }
};
