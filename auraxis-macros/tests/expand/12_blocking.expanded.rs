use auraxis::prelude::*;

fn write_down(death: Death, _: Client) -> std::io::Result<()> {
    let line = format!("{:?}\n", death.character_id);
    std::fs::write(std::env::temp_dir().join("last-death"), line)
}

const _: () = {
    fn __build() -> ::auraxis::Trigger {
        ::auraxis::Trigger::taking::<Death>()
            .on::<Death>()
            .named("write_down")
            .action_with(|context| {
                let a1 = <Client as ::auraxis::FromContext>::from_context(context)?;
                ::core::result::Result::Ok(move |event| {
                    let c1 = <Client as ::core::clone::Clone>::clone(&a1);
                    ::auraxis::__private::blocking::<
                        std::io::Result<()>,
                        _,
                    >(move || write_down(event, c1))
                })
            })
    }
    ::auraxis::__private::inventory::submit! {
        ::auraxis::__private::Registration::new("write_down", ::core::module_path!(),
        ::core::file!(), ::core::line!(), __build)
    }
};
