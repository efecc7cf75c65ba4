use auraxis::prelude::*;

const SQUAD_REVIVE: u32 = 53;

async fn revive(_: GainExperience) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::taking(
                ::auraxis::__private::First::<GainExperience>::NEW.__look(),
            )
            .on_only::<GainExperience>(GainExperience::filter_experience(7))
            .on_only::<GainExperience>(GainExperience::filter_experience(SQUAD_REVIVE))
            .named("revive")
            .action_with(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::spawnable::<(), _>(revive(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("revive", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
