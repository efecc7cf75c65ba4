use auraxis::prelude::*;

fn log_in(login: PlayerLogin) {
    println!("{:?} is here", login.character_id);
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<PlayerLogin>::NEW.__kind(),
            )
            .on::<PlayerLogin>()
            .named("log_in")
            .__action(|_| {
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<()>(log_in(__event))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("log_in", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
