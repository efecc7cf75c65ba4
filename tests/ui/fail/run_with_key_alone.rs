fn main() -> auraxis::Result {
    auraxis::run!(service_id)
}
