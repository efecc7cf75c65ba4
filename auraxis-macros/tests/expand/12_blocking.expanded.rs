use auraxis::prelude::*;

fn write_down(death: Death, _: Client) -> std::io::Result<()> {
    let line = format!("{:?}\n", death.character_id);
    std::fs::write(std::env::temp_dir().join("last-death"), line)
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::__private::builder_for(
                ::auraxis::__private::FirstParameter::<Death>::NEW.__kind(),
            )
            .on::<Death>()
            .blocking()
            .named("write_down")
            .__action(|__context| {
                let __arg1 = ::auraxis::__private::extract::<Client>(__context)?;
                ::core::result::Result::Ok(move |__event| {
                    ::auraxis::__private::ready::<
                        std::io::Result<()>,
                    >(
                        write_down(
                            __event,
                            <Client as ::core::clone::Clone>::clone(&__arg1),
                        ),
                    )
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("write_down", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
