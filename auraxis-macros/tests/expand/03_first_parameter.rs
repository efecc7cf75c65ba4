use auraxis::prelude::*;

#[trigger]
fn log_out(PlayerLogout { character_id, .. }: PlayerLogout) {
    println!("{character_id:?} has left");
}
