fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example", from = "nats://127.0.0.1:4222")
}
