use auraxis::prelude::*;

#[allow(dead_code)]
fn never_called() {
    fn inside_a_function(_: Death) {}

    const _: () = {
        fn __build() -> ::auraxis::Trigger {
            ::auraxis::__private::builder_for(
                    ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
                )
                .on::<Death>()
                .named("inside_a_function")
                .__action(|_| {
                    ::core::result::Result::Ok(move |__event| {
                        ::auraxis::__private::ready::<()>(inside_a_function(__event))
                    })
                })
        }
        ::auraxis::__private::inventory::submit! {
            ::auraxis::__private::Registration::new("inside_a_function",
            ::core::module_path!(), ::core::file!(), ::core::line!(), __build)
        }
    };
}

mod module {
    use auraxis::prelude::*;

    fn inside_a_module(_: Death) {}

    const _: () = {
        fn __build() -> ::auraxis::Trigger {
            ::auraxis::__private::builder_for(
                    ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
                )
                .on::<Death>()
                .named("inside_a_module")
                .__action(|_| {
                    ::core::result::Result::Ok(move |__event| {
                        ::auraxis::__private::ready::<()>(inside_a_module(__event))
                    })
                })
        }
        ::auraxis::__private::inventory::submit! {
            ::auraxis::__private::Registration::new("inside_a_module",
            ::core::module_path!(), ::core::file!(), ::core::line!(), __build)
        }
    };
}
