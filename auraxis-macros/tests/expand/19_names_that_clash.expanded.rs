use auraxis::prelude::*;

fn context(_: &Death) -> bool {
    true
}

fn build(event: Death, a1: Client, context: Shutdown) {
    drop((event, a1, context));
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .condition(context)
            .named("build")
            .__action(|__context| {
                let __arg1 = ::auraxis::__private::extract::<Client>(__context)?;
                let __arg2 = ::auraxis::__private::extract::<Shutdown>(__context)?;
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<
                        (),
                    >(
                        build(
                            __event,
                            <Client as ::core::clone::Clone>::clone(&__arg1),
                            <Shutdown as ::core::clone::Clone>::clone(&__arg2),
                        ),
                    )
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("build", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
