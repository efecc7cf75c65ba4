use auraxis::prelude::*;

one_of! {
    enum Fight {}
}

fn main() {}
