use auraxis::prelude::*;

use std::rc::Rc;

#[trigger(Death)]
async fn on_death(_: Death) {
    let count = Rc::new(1);
    std::future::ready(()).await;
    drop(count);
}

fn main() {}
