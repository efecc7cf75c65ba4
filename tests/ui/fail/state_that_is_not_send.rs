use auraxis::prelude::*;

use std::rc::Rc;

struct Squad {
    _name: Rc<str>,
}

#[trigger(Death)]
fn on_death(_: Death, _: State<Squad>) {}

fn main() {}
