//! Prints the largest outfits with their leaders, titles and servers: four collections in one request.

use auraxis::{
    census::{Join, Query, Row},
    prelude::*,
    ps2::{CharactersWorld, Title},
};

async fn largest_outfits(client: &Client) -> auraxis::Result {
    let home = Join::of::<CharactersWorld>().on("character_id").join(Join::of::<World>().on("world_id"));
    let leader = Join::of::<Character>()
        .on("leader_character_id")
        .to("character_id")
        .join(Join::of::<Title>().on("title_id").inject_at("title"))
        .join(home.inject_at("home"))
        .inject_at("leader");
    let query = Query::of::<Outfit>().sort_descending("member_count").limit(5).join(leader);

    for outfit in client.census().rows::<Outfit>(query).await? {
        let name = outfit.name.as_deref().unwrap_or_default();
        println!("{name}, {} members", outfit.member_count.unwrap_or_default());
        let Some(leader) = outfit.joined::<Character>("leader")? else { continue };
        let title = leader.joined::<Title>("title")?.map(|title| format!("{title} ")).unwrap_or_default();
        match leader.joined::<World>("home.world_id_join_world")? {
            Some(world) => println!("  led by {title}{leader} on {world}"),
            None => println!("  led by {title}{leader}"),
        }
    }
    Ok(())
}

#[trigger(Started)]
async fn start(_: Started, client: Client) -> auraxis::Result {
    let result = largest_outfits(&client).await;
    client.shutdown();
    result
}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example")
}
