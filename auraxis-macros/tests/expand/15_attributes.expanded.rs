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
        ::auraxis::__private::taking(::auraxis::__private::First::<Death>::NEW.__look())
            .on::<Death>()
            .named("documented")
            .action_with(|_| {
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
