use auraxis::prelude::*;

struct Cache;

fn main() {
    let _ = Trigger::on::<Death>().action(|_: Death, _: Cache| {});
}
