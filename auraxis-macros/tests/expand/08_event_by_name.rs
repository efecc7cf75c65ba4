use auraxis::prelude::*;

#[trigger("DirectiveCompleted")]
fn directive(event: UnknownEvent) {
    println!("{event:?}");
}
