use auraxis::prelude::*;

#[trigger(BattleRankUp)]
async fn rank_up(event: BattleRankUp) -> auraxis::Result {
    println!("{:?} has reached BR {}!", event.character_id, event.battle_rank);
    Ok(())
}
