use auraxis::prelude::*;

fn directive(event: UnknownEvent) {
    println!("{event:?}");
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<UnknownEvent>::NEW.__kind(),
            )
            .on_named("DirectiveCompleted")
            .named("directive")
            .__action(|_| {
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
