//! Makes screenshots of the live page of simulated bots: `scripts/screenshots.sh` runs this.
//!
//! The arguments are the folder, and for how many seconds the bots run before.
#![allow(clippy::expect_used)]

use std::{
    env, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use auraxis_core::{
    environment::Environment,
    event::{BattleRankUp, Death, FacilityControl, GainExperience, MetagameEvent, VehicleDestroy},
    id::{CharacterId, WorldId},
    time::Timestamp,
};
use auraxis_runtime::{Client, ClientBuilder, OverflowPolicy, Tick, Trigger};
use auraxis_serve::Serve as _;
use auraxis_sim::{Fault, Links, Sim};
use serde_json::json;
use tokio::time::sleep;

#[path = "../tests/page/browser.rs"]
mod browser;

use browser::Tab;

/// What is taller is cut off.
const MAX_HEIGHT: u64 = 3200;

/// A bot on a port of its own.
struct Bot {
    sim: Sim,
    client: Client,
    port: u16,
}

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "target/screenshots".into()));
    let seconds = arguments.next().map_or(30, |seconds| seconds.parse().expect("a number of seconds"));
    fs::create_dir_all(&folder).expect("a folder");
    let Some(tab) = Tab::open().await else { return };
    let flows = Bot::start(killfeed).await;
    let troubled = Bot::start(|builder| killfeed(builder).trigger(slow())).await;
    let many = Bot::start(|builder| squad().into_iter().fold(killfeed(builder), ClientBuilder::trigger)).await;
    let part = Duration::from_secs(seconds) / 4;
    sleep(2 * part).await;
    troubled.inject("cut", Links::Every);
    sleep(part).await;
    troubled.inject("forget event Death", Links::Every);
    sleep(part).await;
    for name in ["revenge", "on_alert_end"] {
        flows.client.trigger(name).expect("a trigger").pause();
    }
    photograph(&tab, &flows, "flows", "verdict === 'ok'", &folder).await;
    photograph(&tab, &many, "many", "verdict === 'ok'", &folder).await;
    troubled.sim.refuse(true);
    troubled.inject("cut", Links::Nth(2));
    troubled.inject("silence world 10 for 600s", Links::Every);
    photograph(
        &tab,
        &troubled,
        "problems",
        "verdict === 'bad' && document.querySelectorAll('#problems li').length > 2",
        &folder,
    )
    .await;
    troubled.client.shutdown();
    tab.until("no answer", "document.body.dataset.verdict === 'gone'").await;
    picture(&tab, &folder.join("gone-desktop-dark.png")).await;
    flows.client.shutdown();
    many.client.shutdown();
}

/// Makes pictures of a page, when its verdict is as expected.
async fn photograph(tab: &Tab, bot: &Bot, name: &str, expected: &str, folder: &Path) {
    tab.go(&format!("http://127.0.0.1:{}/", bot.port)).await;
    tab.until(name, &format!("document.body.dataset.{expected}")).await;
    tab.run("[...document.querySelectorAll('.trigger')].find(t => t.textContent.includes('headshots')).querySelector('summary').click()").await;
    for (screen, width, height) in [("phone", 390, 844), ("desktop", 1280, 800)] {
        for scheme in ["light", "dark"] {
            tab.screen(width, height, scheme).await;
            sleep(Duration::from_millis(300)).await;
            picture(tab, &folder.join(format!("{name}-{screen}-{scheme}.png"))).await;
        }
    }
}

async fn picture(tab: &Tab, path: &Path) {
    let size = tab.run("return [innerWidth, document.documentElement.scrollHeight]").await;
    let height = size[1].as_u64().expect("a height").min(MAX_HEIGHT);
    let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": height, "scale": 1 });
    let shot = json!({ "captureBeyondViewport": true, "clip": clip });
    let shot = tab.devtools("Page.captureScreenshot", shot).await;
    let file = fs::File::create(path).expect("a file");
    let mut decoder = Command::new("base64").arg("-d").stdin(Stdio::piped()).stdout(file).spawn().expect("base64");
    let data = shot["data"].as_str().expect("a picture").as_bytes();
    decoder.stdin.take().expect("a pipe").write_all(data).expect("base64");
    assert!(decoder.wait().expect("base64").success());
    println!("{}", path.display());
}

impl Bot {
    async fn start(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        let sim = Sim::builder().rate(40.0).war_start(Timestamp::now()).heartbeat(Duration::from_secs(2));
        let sim = sim.start().await.expect("a simulator");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let builder = Client::builder()
            .service_id("s:example")
            .environment(Environment::Pc)
            .ess_url(sim.ess_url())
            .rest_url(sim.rest_url())
            .redundancy(2)
            .serve(port)
            .serve_token("secret")
            .serve_settings(|settings| settings.bot(Some("killfeed"), Some("1.4.2")));
        let client = configure(builder).build().expect("a client");
        let run = client.clone();
        tokio::spawn(async move { run.run().await });
        client.wait_ready().await.expect("a connection");
        Self { sim, client, port }
    }

    fn inject(&self, fault: &str, links: Links) {
        self.sim.inject(fault.parse::<Fault>().expect("a fault").on(links));
    }
}

fn killfeed(builder: ClientBuilder) -> ClientBuilder {
    [
        Trigger::on::<BattleRankUp>().named("print_levelup").action(|_: BattleRankUp| {}),
        Trigger::on::<MetagameEvent>().named("on_alert_end").action(|_: MetagameEvent| {}),
        Trigger::on::<Death>().named("revenge").characters([CharacterId(1)]).action(|_: Death| {}),
        Trigger::on::<Death>()
            .named("headshots")
            .worlds([WorldId::SOLTECH])
            .condition(|death: &Death| death.is_headshot && death.attacker_character_id == Some(death.character_id))
            .action(|_: Death| {}),
        Trigger::on::<FacilityControl>()
            .named("post_captures")
            .action(|_: FacilityControl| Err::<(), _>(io::Error::other("the webhook answered 404"))),
        Trigger::on::<GainExperience>().named("count_experience").action(|_: GainExperience| {}),
        Trigger::on::<VehicleDestroy>().named("vehicles").action(|_: VehicleDestroy| {}),
        Trigger::every(Duration::from_mins(5)).named("update_status").action(|_: Tick| {}),
    ]
    .into_iter()
    .fold(builder, ClientBuilder::trigger)
}

/// A trigger that has to drop events.
fn slow() -> Trigger {
    let action = async |_: Death| sleep(Duration::from_secs(2)).await;
    Trigger::on::<Death>()
        .named("render_card")
        .sequential()
        .queue(8)
        .overflow(OverflowPolicy::DropOldest)
        .action(action)
}

fn squad() -> Vec<Trigger> {
    let of = |number: u64| Trigger::on::<Death>().named(format!("squad::member_{number:02}"));
    (1..=92)
        .map(|number| {
            of(number).condition(move |death: &Death| death.character_id.0 % 92 == number).action(|_: Death| {})
        })
        .collect()
}
