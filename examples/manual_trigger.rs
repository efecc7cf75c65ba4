//! Triggers without the attribute, in a program with its own runtime: added, changed and removed while it runs.

use std::time::Duration;

use auraxis::prelude::*;
use tokio::time::sleep;

#[tokio::main]
async fn main() -> auraxis::Result {
    let sim = auraxis_sim::Sim::builder().start().await.expect("a free port on this machine");
    let client = Client::builder().ess_url(sim.ess_url()).rest_url(sim.rest_url()).build()?;
    let running = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });

    let deaths = client.add(
        Trigger::on::<Death>()
            .named("deaths")
            .condition(|death: &Death| !death.is_headshot)
            .action(|death: Death| println!("{} died on world {}", death.character_id, death.world_id)),
    )?;
    println!("{}", client.explain());
    sleep(Duration::from_secs(3)).await;

    println!("-- from now on only SolTech; this changes the subscription");
    deaths.set_worlds([WorldId::SOLTECH]);
    println!("{}", client.explain());
    sleep(Duration::from_secs(3)).await;

    println!("-- what happened to the events: {}", deaths.stats());
    client.remove("deaths")?;
    client.shutdown();
    running.await.expect("a client that does not panic")
}
