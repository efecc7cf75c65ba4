use auraxis::prelude::*;

macro_rules! triggers {
    ($event:ty) => {
        #[trigger($event)]
        fn on_event(_: $event, _: String) {}
    };
}

triggers!(Death);

fn main() {}
