use auraxis::prelude::*;

fn main() {
    let _ = Trigger::on::<String>().action(|_: String| {});
}
