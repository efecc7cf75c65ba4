//! Bots that the page shows.

use std::{io, time::Duration};

use auraxis_core::{event::Death, id::WorldId, time::Timestamp};
use auraxis_runtime::{ClientBuilder, Tick, Trigger};
use auraxis_sim::Sim;

use crate::{browser::Tab, common::Bot};

/// Returns the event that a character was killed by itself.
pub(crate) fn death(character: u64, world: u32) -> String {
    let now = Timestamp::now().0;
    format!(
        r#"{{"payload":{{"attacker_character_id":"{character}","attacker_fire_mode_id":"0","attacker_loadout_id":"1","attacker_team_id":"1","attacker_vehicle_id":"0","attacker_weapon_id":"7","character_id":"{character}","character_loadout_id":"1","event_name":"Death","is_critical":"0","is_headshot":"0","team_id":"2","timestamp":"{now}","world_id":"{world}","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#
    )
}

/// A trigger that runs for each death.
pub(crate) fn deaths(name: &str) -> Trigger {
    Trigger::on::<Death>().named(name.to_owned()).action(|_: Death| {})
}

/// A trigger of each kind: one runs, one fails, and the others do not run, each for another reason. `asleep` is to be paused.
pub(crate) fn kinds(builder: ClientBuilder) -> ClientBuilder {
    let on = |name: &'static str| Trigger::on::<Death>().named(name);
    [
        deaths("deaths"),
        on("failing").action(|_: Death| Err::<(), _>(io::Error::other("no such channel"))),
        on("headshots").condition(|death: &Death| death.is_headshot).action(|_: Death| {}),
        on("elsewhere").worlds([WorldId::SOLTECH]).action(|_: Death| {}),
        on("asleep").action(|_: Death| {}),
        Trigger::every(Duration::from_hours(1)).named("hourly").action(|_: Tick| {}),
    ]
    .into_iter()
    .fold(builder, ClientBuilder::trigger)
}

/// Starts a bot whose simulator sends only what the test publishes.
pub(crate) async fn quiet(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Bot {
    let bot = Bot::start(Sim::builder().rate(0.0), configure).await;
    bot.client.wait_ready().await.expect("a connection");
    if let Some(asleep) = bot.client.trigger("asleep") {
        asleep.pause();
    }
    bot
}

/// Opens the page, and waits until it shows the bot; `None` if there is no browser.
pub(crate) async fn open(bot: &Bot) -> Option<Tab> {
    let tab = Tab::open().await?;
    tab.go(&bot.url("/")).await;
    tab.run("sessionStorage.clear()").await;
    tab.until("the bot is shown", "document.body.dataset.verdict === 'ok'").await;
    Some(tab)
}

/// The script's expression for the row of a trigger. `name` contains no quotes.
pub(crate) fn row(name: &str) -> String {
    format!("[...document.querySelectorAll('.trigger')].find(t => t.querySelector('th span').textContent === '{name}')")
}

/// The script's expression for a cell of that row.
pub(crate) fn cell(name: &str, column: &str) -> String {
    format!("{}.querySelector('[data-f={column}]')", row(name))
}

/// The script's expression for what is shown in that cell.
pub(crate) fn value(name: &str, column: &str) -> String {
    format!("{}.textContent", cell(name, column))
}

/// The script's expression for the number of answers that the page has got.
pub(crate) const POLLS: &str =
    "performance.getEntriesByType('resource').filter(e => e.name.endsWith('api/state')).length";
