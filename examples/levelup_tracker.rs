//! Prints whenever any player reaches a new battle rank.

use auraxis::prelude::*;

#[trigger(BattleRankUp)]
async fn print_levelup(event: BattleRankUp, client: Client) -> auraxis::Result {
    // Brand-new characters may not be available in the API yet.
    let Some(character) = client.get_by_id::<Character>(event.character_id).await? else {
        println!("Skipping anonymous player");
        return Ok(());
    };

    // The event's rank is likely more up to date than `character.battle_rank`.
    println!("{} has reached BR {}!", character.name_long(&client).await?, event.battle_rank);
    Ok(())
}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example")
}
