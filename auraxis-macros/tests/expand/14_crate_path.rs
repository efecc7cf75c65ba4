use auraxis::prelude::*;

mod toolbox {
    pub(super) use auraxis as framework;
}

#[trigger(Death, overflow = block, crate = toolbox::framework)]
async fn from_the_toolbox(_: Death, _: Client) {}
