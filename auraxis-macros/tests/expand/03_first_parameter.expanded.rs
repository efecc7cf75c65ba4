use auraxis::prelude::*;

fn log_out(PlayerLogout { character_id, .. }: PlayerLogout) {
    println!("{character_id:?} has left");
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<PlayerLogout>::NEW.__kind(),
            )
            .on::<PlayerLogout>()
            .named("log_out")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<()>(log_out(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("log_out", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
