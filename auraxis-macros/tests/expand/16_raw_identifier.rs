use auraxis::prelude::*;

#[trigger(Death)]
async fn r#type(r#struct: Death) {
    drop(r#struct);
}
