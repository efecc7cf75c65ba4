use auraxis::prelude::*;

use std::rc::Rc;

#[derive(Clone)]
struct Shared(Rc<Death>);

impl From<Death> for Shared {
    fn from(death: Death) -> Self {
        Self(Rc::new(death))
    }
}

#[trigger(Death)]
fn on_death(_: Shared) {}

fn main() {}
