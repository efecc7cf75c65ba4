use auraxis::prelude::*;

struct Bot;

impl Bot {
    #[trigger(Death)]
    async fn on_death(&self, _: Death) {}
}

fn main() {}
