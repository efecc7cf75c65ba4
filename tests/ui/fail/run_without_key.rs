fn main() -> auraxis::Result {
    auraxis::run!("s:example")
}
