use auraxis::prelude::*;

#[trigger(Death, worlds = [WorldId::SOLTECH])]
#[trigger(Death, characters = [CharacterId(5)], name = "nemesis")]
async fn on_death(_: Death) {}

fn main() {
    let client = Client::builder().registered().build().unwrap();
    assert!(client.trigger("on_death").is_some() && client.trigger("nemesis").is_some());
}
