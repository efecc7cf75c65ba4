use auraxis::prelude::*;

struct Bot;

impl Bot {
    #[trigger(Death)]
    async fn on_death(_: Death, _: State<Self>) {}
}

fn main() {}
