use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: Death) -> impl Future<Output = ()> {
    async {}
}

fn main() {}
