use auraxis::prelude::*;

struct NotAnError;

#[trigger(Death)]
async fn on_death(_: Death) -> Result<(), NotAnError> {
    Err(NotAnError)
}

fn main() {}
