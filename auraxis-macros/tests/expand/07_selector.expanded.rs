use auraxis::prelude::*;

const SQUAD_REVIVE: u32 = 53;

async fn revive(_: GainExperience) {}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<GainExperience>::NEW.__kind(),
            )
            .on_selector::<GainExperience>(GainExperience::filter_experience(7))
            .on_selector::<
                GainExperience,
            >(GainExperience::filter_experience(SQUAD_REVIVE))
            .named("revive")
            .__action(|_| {
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
