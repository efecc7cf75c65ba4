//! Posts kills to a Discord channel, at most one a minute by each player.
//!
//! `DISCORD_WEBHOOK_URL=https://discord.com/api/webhooks/… cargo run -p auraxis-recipes --bin killfeed`; without a URL, it
//! prints the messages.

use std::{env, time::Duration};

use anyhow::{Context as _, anyhow};
use auraxis::prelude::*;
use reqwest::{Response, StatusCode, Url, header::RETRY_AFTER};
use serde_json::json;
use tokio::time::sleep;

/// Everyone who has the URL can post, so it must not be logged: there is no `Debug`, and errors are stripped of it.
struct Webhook {
    http: reqwest::Client,
    url: Url,
}

impl Webhook {
    /// Returns `None` if no URL is set.
    fn from_env() -> anyhow::Result<Option<Self>> {
        let Some(url) = env::var("DISCORD_WEBHOOK_URL").ok().filter(|url| !url.is_empty()) else { return Ok(None) };
        let url = Url::parse(&url).context("`DISCORD_WEBHOOK_URL` is not a URL")?;
        let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        Ok(Some(Self { http, url }))
    }

    /// Posts a message, as soon as Discord allows it.
    async fn post(&self, message: &str) -> reqwest::Result<Response> {
        // Names of players and weapons must not mention anybody.
        let body = json!({ "content": message, "allowed_mentions": { "parse": [] } });
        loop {
            let request = self.http.post(self.url.clone()).json(&body);
            let response = request.send().await.map_err(reqwest::Error::without_url)?;
            if response.status() != StatusCode::TOO_MANY_REQUESTS {
                return Ok(response);
            }
            sleep(retry_after(&response)).await;
        }
    }
}

/// Discord sends seconds, with or without a fraction.
fn retry_after(response: &Response) -> Duration {
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(Duration::from_secs(5))
}

fn by_another_player(death: &Death) -> bool {
    death.attacker_character_id.is_some_and(|attacker| attacker != death.character_id)
}

/// One message at a time, because Discord limits the rate of each webhook. If messages cannot be posted as fast as players
/// are killed, the oldest are dropped and counted, so the channel is never far behind. To be told of fewer kills, add
/// `worlds = […]` or `characters = […]`.
#[trigger(
    Death,
    condition = by_another_player,
    cooldown = Duration::from_mins(1),
    per = |death| death.attacker_character_id,
    sequential,
    queue = 20,
    retry = 3,
)]
async fn post_kill(death: Death, webhook: State<Option<Webhook>>, client: Client) -> anyhow::Result<()> {
    let Some(message) = describe(&death, &client).await? else { return Ok(()) };
    let Some(webhook) = &*webhook else {
        println!("{message}");
        return Ok(());
    };
    // A replay's clock would jump ahead while Discord takes its time.
    let response = client.real_time(webhook.post(&message)).await?;
    match response.error_for_status().map_err(reqwest::Error::without_url) {
        Err(error) if matches!(error.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND)) => {
            client.fail(anyhow!("Discord does not know this webhook; check `DISCORD_WEBHOOK_URL`"));
            Ok(())
        }
        // The option `retry` tries again.
        result => Ok(result.map(drop)?),
    }
}

/// Returns `None` if one of the two is too new for the REST API.
async fn describe(death: &Death, client: &Client) -> auraxis::Result<Option<String>> {
    let Some(killer) = death.attacker_character_id else { return Ok(None) };
    // Both names are requested at once, and cached.
    let characters = client.get_by_ids::<Character>(&[killer, death.character_id]).await?;
    let name = |id| characters.iter().find(|character| character.character_id == id);
    let (Some(killer), Some(victim)) = (name(killer), name(death.character_id)) else { return Ok(None) };
    let weapon = match death.attacker_weapon_id {
        Some(weapon) => client.get_by_id::<Item>(weapon).await?,
        None => None,
    };
    let weapon = weapon.map(|weapon| format!(" with {weapon}")).unwrap_or_default();
    let headshot = if death.is_headshot { " by a headshot" } else { "" };
    Ok(Some(format!("{killer} killed {victim}{weapon}{headshot}")))
}

fn main() -> anyhow::Result<()> {
    auraxis::run!(service_id = "s:example", state = Webhook::from_env()?)?;
    Ok(())
}
