use auraxis::prelude::*;

use std::rc::Rc;

async fn on_death(_: Death) {
    let count = Rc::new(1);
    std::future::ready(()).await;
    drop(count);
}

fn main() {
    let _ = Trigger::on::<Death>().action(on_death);
}
