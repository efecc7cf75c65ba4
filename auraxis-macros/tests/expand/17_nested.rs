use auraxis::prelude::*;

#[allow(dead_code)]
fn never_called() {
    #[trigger(Death)]
    fn inside_a_function(_: Death) {}
}

mod module {
    use auraxis::prelude::*;

    #[trigger(Death)]
    fn inside_a_module(_: Death) {}
}
