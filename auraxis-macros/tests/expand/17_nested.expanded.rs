use auraxis::prelude::*;

#[allow(dead_code)]
fn never_called() {
    fn inside_a_function(_: Death) {}

    const _: () = {
        fn __build() -> ::auraxis::Trigger {
            ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
                .on::<Death>()
                .named("inside_a_function")
                .action_with(|_| {
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
            ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
                .on::<Death>()
                .named("inside_a_module")
                .action_with(|_| {
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
