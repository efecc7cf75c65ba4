use auraxis::prelude::*;

#[trigger(PlayerLogin)]
fn log_in(login: PlayerLogin) {
    println!("{:?} is here", login.character_id);
}
