use std::cell::Cell;

fn main() -> auraxis::Result {
    auraxis::run!(state = Cell::new(5))
}
