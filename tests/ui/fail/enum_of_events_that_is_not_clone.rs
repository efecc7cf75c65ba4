use auraxis::prelude::*;

enum Fight {
    Death(Death),
}

impl From<Death> for Fight {
    fn from(death: Death) -> Self {
        Self::Death(death)
    }
}

#[trigger(Death)]
fn on_fight(_: Fight) {}

fn main() {}
