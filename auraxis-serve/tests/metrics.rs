//! `/metrics`, as text and with Prometheus.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use auraxis_core::{
    event::*,
    id::{TitleId, WorldId},
    ps2::Title,
};
use auraxis_runtime::{Client, ClientBuilder, Trigger};
use auraxis_sim::Sim;
use common::{Bot, free_address, until};
use serde_json::Value;
use tokio::sync::Semaphore;

/// If this variable is set, tests that cannot run fail.
const NO_SKIPS: &str = "AURAXIS_NO_SKIPS";

/// A bot of which every number is known.
struct Known {
    bot: Bot,
    gate: Arc<Semaphore>,
}

const DEATHS: u64 = 7;
const LOGINS: u64 = 5;

impl Known {
    async fn start() -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let held = Arc::clone(&gate);
        let configure = |builder: ClientBuilder| {
            let deaths =
                Trigger::on::<Death>().named("deaths").action(|_: Death| Err(std::io::Error::other("on purpose")));
            let strange = Trigger::on::<PlayerLogin>().named("a \"strange\"\nname \\").action(|_: PlayerLogin| {});
            let slow = Trigger::on::<PlayerLogin>().named("slow").sequential().action(move |_: PlayerLogin| {
                let held = Arc::clone(&held);
                async move { held.acquire().await.unwrap().forget() }
            });
            let osprey =
                Trigger::on::<PlayerLogin>().named("osprey").worlds([WorldId::OSPREY]).action(|_: PlayerLogin| {});
            [deaths, strange, slow, osprey].into_iter().fold(builder, ClientBuilder::trigger)
        };
        let bot = Bot::start(Sim::builder().rate(0.0), configure).await;
        bot.client.wait_ready().await.unwrap();
        for number in 0..DEATHS {
            bot.sim.publish(&death(number));
        }
        for number in 0..LOGINS {
            bot.sim.publish(&login(number, 13));
        }
        bot.sim.push(r#"{"payload":{"event_name":"Dance","timestamp":"1","world_id":"13"},"service":"event","type":"serviceMessage"}"#);
        until("all events are counted", async || bot.client.health().events == DEATHS + LOGINS + 1).await;
        bot.client.trigger("osprey").unwrap().pause();
        Self { bot, gate }
    }

    async fn scrape(&self) -> Scrape {
        Scrape::of(&self.bot).await
    }
}

/// The text, and the values of its series.
struct Scrape {
    text: String,
    values: BTreeMap<String, String>,
}

impl Scrape {
    async fn of(bot: &Bot) -> Self {
        let (status, text) = bot.get("/metrics").await;
        assert_eq!(status, 200, "{text}");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let mut values = BTreeMap::new();
        for line in lines {
            let (series, value) = line.rsplit_once(' ').unwrap();
            assert_eq!(values.insert(series.to_owned(), value.to_owned()), None, "{series} is there twice");
        }
        Self { text, values }
    }

    fn text(&self, series: &str) -> &str {
        self.values.get(series).unwrap_or_else(|| panic!("no {series} in\n{}", self.text))
    }

    fn get(&self, series: &str) -> u64 {
        self.text(series).parse().unwrap_or_else(|_| panic!("{series} is {}", self.text(series)))
    }

    /// The values of a label.
    fn labels(&self, metric: &str, label: &str) -> BTreeSet<String> {
        let start = format!("{metric}{{");
        let series = self.values.keys().filter(|series| series.starts_with(&start));
        series
            .map(|series| series.split_once(&format!("{label}=\"")).unwrap().1.split('"').next().unwrap().to_owned())
            .collect()
    }
}

fn death(victim: u64) -> String {
    format!(
        r#"{{"payload":{{"attacker_character_id":"5","attacker_fire_mode_id":"0","attacker_loadout_id":"1","attacker_team_id":"1","attacker_vehicle_id":"0","attacker_weapon_id":"7","character_id":"{}","character_loadout_id":"1","event_name":"Death","is_critical":"0","is_headshot":"0","team_id":"2","timestamp":"1","world_id":"1","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#,
        victim + 1
    )
}

fn login(character: u64, world: u32) -> String {
    format!(
        r#"{{"payload":{{"character_id":"{}","event_name":"PlayerLogin","timestamp":"1","world_id":"{world}"}},"service":"event","type":"serviceMessage"}}"#,
        character + 1
    )
}

#[tokio::test]
async fn the_values_are_those_of_the_client() {
    let known = Known::start().await;
    let client = &known.bot.client;
    for _ in 0..3 {
        assert!(client.get_by_id::<Title>(TitleId(1)).await.unwrap().is_some());
    }
    let strange = r#"a \"strange\"\nname \\"#;
    until("the last run has ended", async || {
        let scrape = known.scrape().await;
        scrape.get(r#"auraxis_trigger_failures_total{trigger="deaths",kind="error"}"#) == DEATHS
            && scrape.get("auraxis_late_events_total") > 0
    })
    .await;
    let scrape = known.scrape().await;
    for (series, value) in [
        (r#"auraxis_events_total{world="Osprey",kind="Death"}"#, DEATHS),
        (r#"auraxis_events_total{world="Cobalt",kind="PlayerLogin"}"#, LOGINS),
        (r#"auraxis_events_total{world="Cobalt",kind="Unknown"}"#, 1),
        ("auraxis_unknown_events_total", 1),
        ("auraxis_event_lag_seconds_count", DEATHS + LOGINS + 1),
        (r#"auraxis_event_lag_seconds_bucket{le="60"}"#, 0),
        ("auraxis_late_events_total", DEATHS + LOGINS + 1),
        (r#"auraxis_signals_total{kind="Connected"}"#, 1),
        (r#"auraxis_signals_total{kind="SubscriptionDrift"}"#, 0),
        (r#"auraxis_link_state{link="0",state="up"}"#, 1),
        (r#"auraxis_link_state{link="0",state="down"}"#, 0),
        (r#"auraxis_link_connections_total{link="0"}"#, 1),
        (r#"auraxis_link_drifting{link="0"}"#, 0),
        ("auraxis_open_gaps", client.health().open_gaps.len() as u64),
        (r#"auraxis_gaps_total{cause="drift"}"#, 0),
        (r#"auraxis_world_silent{world="Cobalt"}"#, 0),
        (&format!(r#"auraxis_trigger_runs_total{{trigger="{strange}"}}"#), LOGINS),
        (r#"auraxis_trigger_runs_total{trigger="slow"}"#, 1),
        (r#"auraxis_trigger_queued_total{trigger="slow"}"#, LOGINS - 1),
        (r#"auraxis_trigger_waiting{trigger="slow"}"#, LOGINS - 1),
        (r#"auraxis_trigger_run_seconds_count{trigger="slow"}"#, 0),
        (r#"auraxis_trigger_filtered_total{trigger="osprey",by="world"}"#, LOGINS),
        (r#"auraxis_trigger_paused{trigger="osprey"}"#, 1),
        (r#"auraxis_trigger_paused{trigger="slow"}"#, 0),
        (r#"auraxis_rest_lookups_total{cache="hit"}"#, 2),
        (r#"auraxis_rest_lookups_total{cache="miss"}"#, 1),
        ("auraxis_rest_requests_total", 1),
        ("auraxis_rest_latency_seconds_count", 1),
        (&format!(r#"auraxis_build_info{{version="{}"}}"#, env!("CARGO_PKG_VERSION")), 1),
    ] {
        assert_eq!(scrape.get(series), value, "{series}");
    }
    assert!(scrape.text(r#"auraxis_link_last_frame_timestamp_seconds{link="0"}"#).parse::<f64>().unwrap() > 1.7e9);
    let is_healthy = client.health().is_healthy();
    assert_eq!(scrape.get("auraxis_healthy"), u64::from(is_healthy), "{:?}", client.health());

    known.gate.add_permits(100);
    until("all runs have ended", async || {
        let scrape = known.scrape().await;
        scrape.get(r#"auraxis_trigger_run_seconds_count{trigger="slow"}"#) == LOGINS
            && scrape.get(r#"auraxis_trigger_waiting{trigger="slow"}"#) == 0
    })
    .await;
    assert!(!known.scrape().await.text.contains(common::SERVICE_ID));
    known.bot.stop().await;
}

#[tokio::test]
async fn the_number_of_triggers_is_bounded() {
    let bot = Bot::start(Sim::builder().rate(0.0), |builder| {
        (0..1500).fold(builder, |builder, number| {
            builder.trigger(Trigger::on::<PlayerLogin>().named(format!("t{number}")).action(|_: PlayerLogin| {}))
        })
    })
    .await;
    let add = |client: &Client| client.add(Trigger::on::<PlayerLogin>().action(|_: PlayerLogin| {})).unwrap();
    bot.client.wait_ready().await.unwrap();
    bot.sim.publish(&login(1, 1));
    let other = r#"auraxis_trigger_runs_total{trigger="other"}"#;
    until("all triggers have run", async || Scrape::of(&bot).await.get(other) == 500).await;
    assert_eq!(Scrape::of(&bot).await.labels("auraxis_trigger_runs_total", "trigger").len(), 1001);

    for number in 0..1000 {
        bot.client.remove(&format!("t{number}")).unwrap();
    }
    let unnamed: Vec<_> = (0..50).map(|_| add(&bot.client)).collect();
    let scrape = Scrape::of(&bot).await;
    let location = unnamed[0].location().to_string();
    assert_eq!(scrape.labels("auraxis_trigger_paused", "trigger").len(), 501);
    unnamed[0].pause();
    unnamed[1].pause();
    assert_eq!(Scrape::of(&bot).await.get(&format!(r#"auraxis_trigger_paused{{trigger="{location}"}}"#)), 2);
    bot.stop().await;
}

/// Finds a program of Debian's package `prometheus`.
fn installed(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.exists());
    if found.is_none() {
        assert!(env::var_os(NO_SKIPS).is_none(), "{program} is not installed, and `{NO_SKIPS}` is set");
        eprintln!("skipped: {program} is not in the path");
    }
    found
}

fn promtool(arguments: &[&str], input: &str) {
    let Some(program) = installed("promtool") else { return };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut promtool = command.spawn().unwrap();
    promtool.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "promtool {}: {text}\n{input}", arguments.join(" "));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[tokio::test]
async fn promtool_accepts_the_text() {
    let known = Known::start().await;
    promtool(&["check", "metrics"], &known.scrape().await.text);
    known.bot.stop().await;
}

#[test]
fn promtool_accepts_the_alerts_and_their_tests_pass() {
    promtool(&["check", "rules", "deploy/alerts.yml"], "");
    promtool(&["test", "rules", "auraxis-serve/tests/alerts_test.yml"], "");
}

/// Prometheus, which ends when this is dropped.
struct Prometheus {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Prometheus {
    /// Returns `None` if Prometheus is not installed.
    fn scraping(target: &str) -> Option<Self> {
        let program = installed("prometheus")?;
        let folder = tempfile::Builder::new().prefix("auraxis-metrics-").tempdir().unwrap();
        let (config, address) = (folder.path().join("prometheus.yml"), free_address());
        let alerts = root().join("deploy/alerts.yml").canonicalize().unwrap();
        let text = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\nrule_files: [{}]\nscrape_configs:\n  - job_name: auraxis\n    \
             static_configs: [{{ targets: ['{target}'] }}]\n",
            alerts.display()
        );
        fs::write(&config, text).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let process = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Some(Self { process, address, _folder: folder })
    }

    /// Returns the result of a query.
    async fn query(&self, query: &str) -> Option<Vec<Value>> {
        let url = format!("http://{}/api/v1/query", self.address);
        let url = reqwest::Url::parse_with_params(&url, [("query", query)]).unwrap();
        let response = reqwest::get(url).await.ok()?;
        let mut answer: Value = serde_json::from_str(&response.text().await.ok()?).ok()?;
        assert_ne!(answer["status"], "error", "{query}: {answer}");
        serde_json::from_value(answer["data"]["result"].take()).ok()
    }

    async fn number(&self, query: &str) -> Option<u64> {
        self.query(query).await?.first()?["value"][1].as_str()?.parse().ok()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The queries of the dashboard, with values for its variables.
fn queries() -> Vec<(String, String)> {
    let dashboard: Value =
        serde_json::from_str(&fs::read_to_string(root().join("deploy/grafana.json")).unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.filter_map(|panel| Some((panel["title"].as_str()?, panel["targets"].as_array()?)));
    let queries = targets.flat_map(|(title, targets)| {
        targets.iter().map(|target| {
            let query = target["expr"].as_str().unwrap().replace("$__rate_interval", "1m");
            (title.to_owned(), query.replace("$instance", ".*").replace("$trigger", ".*"))
        })
    });
    queries.collect()
}

#[tokio::test]
async fn prometheus_scrapes_and_each_panel_of_the_dashboard_shows_something() {
    let known = Known::start().await;
    let Some(prometheus) = Prometheus::scraping(&known.bot.address) else { return known.bot.stop().await };
    until("Prometheus has scraped", async || {
        prometheus.number(r#"up{job="auraxis"}"#).await == Some(1)
            && prometheus.number("sum(auraxis_events_total)").await == Some(DEATHS + LOGINS + 1)
    })
    .await;
    let strange = r#"auraxis_trigger_runs_total{trigger="a \"strange\"\nname \\"}"#;
    assert_eq!(prometheus.number(strange).await, Some(LOGINS));

    for (panel, query) in queries() {
        assert!(!query.contains('$'), "{panel}: {query}");
        until(&format!("{panel}: {query}"), async || {
            prometheus.query(&query).await.is_some_and(|found| !found.is_empty())
        })
        .await;
    }
    let failing = r#"ALERTS{alertname="AuraxisTriggerFailing", trigger="deaths"}"#;
    until("the failures are noticed", async || {
        known.bot.sim.publish(&death(known.bot.client.health().events));
        prometheus.query(failing).await.is_some_and(|found| !found.is_empty())
    })
    .await;
    known.bot.stop().await;
    until("Prometheus notices the end", async || prometheus.number(r#"up{job="auraxis"}"#).await == Some(0)).await;
}

#[tokio::test]
async fn open_metrics_are_for_those_who_ask() {
    let bot = Bot::start(Sim::builder().rate(0.0), |builder| {
        builder.trigger(Trigger::on::<Death>().named("deaths").action(|_: Death| {}))
    })
    .await;
    let plain = bot.try_get("/metrics").await.unwrap();
    assert_eq!(plain.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let request = reqwest::Client::new().get(bot.url("/metrics"));
    let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
    let open = request.header("accept", accept).timeout(Duration::from_secs(10)).send().await.unwrap();
    assert_eq!(open.headers()["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = open.text().await.unwrap();
    assert!(text.contains("# TYPE auraxis_events counter\n") && text.ends_with("\n# EOF\n"), "{text}");
    assert!(text.contains("auraxis_trigger_runs_total{trigger=\"deaths\"} 0\n"), "{text}");
    bot.stop().await;
}
