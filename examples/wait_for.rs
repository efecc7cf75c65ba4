//! Awaits one event, then a stream of events, inside a handler.

use std::time::Duration;

use auraxis::prelude::*;

#[trigger(Death, condition = |death| death.attacker_character_id.is_some(), single_shot)]
async fn hunt(death: Death, client: Client) -> auraxis::Result {
    let Some(killer) = death.attacker_character_id else { return Ok(()) };
    println!("{killer} killed {}; waiting for its next kill or death", death.character_id);

    let next = Trigger::on::<Death>().characters([killer]);
    match client.wait_for(next).timeout(Duration::from_mins(1)).await {
        Ok(death) if death.character_id == killer => println!("{killer} died in turn"),
        Ok(death) => println!("{killer} killed {} as well", death.character_id),
        Err(error) => println!("{error}"),
    }

    let mut logins = client.events(Trigger::on::<PlayerLogin>().queue(100))?;
    println!("the next three logins:");
    for _ in 0..3 {
        let Some(login) = logins.next().await else { break };
        println!("  {} on world {}", login.character_id, login.world_id);
    }
    client.shutdown();
    Ok(())
}

fn main() -> auraxis::Result {
    auraxis::run!()
}
