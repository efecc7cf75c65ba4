use auraxis::prelude::*;

#[trigger]
fn on_unlock(_: ContinentUnlock) {}

#[trigger(ContinentLock, ContinentUnlock)]
fn on_continent(_: Event) {}

fn main() {
    let client = Client::builder().registered().build().unwrap();
    assert!(client.trigger("on_unlock").is_some() && client.trigger("on_continent").is_some());
}
