fn main() -> auraxis::Result {
    auraxis::run!(token = "s:example")
}
