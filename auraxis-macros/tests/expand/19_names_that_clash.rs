use auraxis::prelude::*;

fn context(_: &Death) -> bool {
    true
}

#[trigger(Death, condition = context)]
fn build(event: Death, a1: Client, context: Shutdown) {
    drop((event, a1, context));
}
