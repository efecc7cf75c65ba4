fn main() -> auraxis::Result {
    auraxis::run!(servce_id = "s:example")
}
