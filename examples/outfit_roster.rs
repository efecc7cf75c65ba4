//! Prints the roster of an outfit, the leader first, with progress on stderr.
//!
//! `OUTFIT=TAG cargo run --example outfit_roster`; without a tag, it takes the largest outfit.

use std::{
    env,
    io::{self, Write},
};

use auraxis::{
    census::{self, Join},
    prelude::*,
    ps2::OutfitMember,
};

async fn roster(client: &Client) -> auraxis::Result {
    let Some(outfit) = outfit(client).await? else {
        println!("There is no such outfit");
        return Ok(());
    };
    println!("[{}] {}", outfit.tag().unwrap_or("-"), outfit.name.as_deref().unwrap_or_default());

    let members = || client.find::<OutfitMember>().filter("outfit_id", outfit.outfit_id);
    let total = members().count().await?;
    // The server joins each member's character, so `member.character` below sends no request.
    let with_characters = members()
        .with(|query| query.sort("rank_ordinal").sort("character_id").join(Join::of::<Character>().on("character_id")));
    let mut pages = with_characters.pages(u32::try_from(total / 10).unwrap_or(u32::MAX).clamp(10, 500));
    let mut done = 0;
    while let Some(page) = pages.next().await {
        let page = page?;
        done += page.len();
        for member in page {
            let rank = member.rank.as_deref().unwrap_or_default();
            match member.character(client).await? {
                Some(character) => println!("{rank:20} {character}"),
                None => println!("{rank:20} (deleted)"),
            }
        }
        // Not `eprintln!`, which panics if stderr is closed.
        let _ = writeln!(io::stderr(), "{done} of {total}");
    }
    Ok(())
}

async fn outfit(client: &Client) -> auraxis::Result<Option<Outfit>, census::Error> {
    match env::var("OUTFIT") {
        Ok(tag) => Outfit::by_tag(&tag, client).await,
        Err(_) => client.find().with(|query| query.sort_descending("member_count")).first().await,
    }
}

#[trigger(Started)]
async fn start(_: Started, client: Client) -> auraxis::Result {
    let result = roster(&client).await;
    client.shutdown();
    result
}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example")
}
