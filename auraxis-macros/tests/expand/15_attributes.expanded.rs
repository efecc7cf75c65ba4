use auraxis::prelude::*;

/// Counts deaths.
#[cfg(not(target_os = "none"))]
#[allow(deprecated)]
#[must_use]
#[inline(never)]
pub(crate) async fn documented(_: Death) -> auraxis::Result {
    Ok(())
}

#[cfg(not(target_os = "none"))]
#[allow(deprecated)]
const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .named("documented")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<
                        auraxis::Result,
                        _,
                    >(documented(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("documented", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
