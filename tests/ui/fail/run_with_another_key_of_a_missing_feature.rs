fn main() -> auraxis::Result {
    auraxis::run!(durable = "my-bot", service_id = "s:example")
}
