//! Prints which friends of a character are online, then exits.
//!
//! `CHARACTER=Higby cargo run --example online_friends`; without a name, it takes the next character that logs in.

use std::env;

use auraxis::prelude::*;

async fn online_friends(client: &Client) -> auraxis::Result {
    let Some(character) = character(client).await? else {
        println!("There is no such character");
        return Ok(());
    };
    let friends: Vec<_> = character.friends(client).await?.iter().map(|friend| friend.character_id).collect();
    let online = Character::online_among(&friends, client).await?;
    println!("{} of {character}'s {} friends are online", online.len(), friends.len());
    for friend in online {
        println!("  {}", friend.name_long(client).await?);
    }
    Ok(())
}

async fn character(client: &Client) -> auraxis::Result<Option<Character>> {
    if let Ok(name) = env::var("CHARACTER") {
        return Ok(client.get_by_name(&name).await?);
    }
    let login = client.wait_for(Trigger::on::<PlayerLogin>()).await?;
    Ok(client.get_by_id(login.character_id).await?)
}

#[trigger(Started)]
async fn start(_: Started, client: Client) -> auraxis::Result {
    let result = online_friends(&client).await;
    client.shutdown();
    result
}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example")
}
