use auraxis::prelude::*;

fn directive(event: UnknownEvent) {
    println!("{event:?}");
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::taking(
                ::auraxis::__private::First::<UnknownEvent>::NEW.__look(),
            )
            .on_named("DirectiveCompleted")
            .named("directive")
            .action_with(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<()>(directive(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("directive", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
