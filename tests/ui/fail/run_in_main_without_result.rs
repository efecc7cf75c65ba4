fn main() {
    auraxis::run!(service_id = "s:example")
}
