//! The page follows the bot.

use std::time::Duration;

use auraxis_core::event::Death;
use auraxis_runtime::{Client, ClientBuilder, Trigger};
use auraxis_serve::Serve as _;
use auraxis_sim::Sim;
use tokio::time::sleep;

use crate::{
    bots::{POLLS, cell, death, deaths, kinds, open, quiet, value},
    common::{Bot, SERVICE_ID, TOKEN, until},
};

#[tokio::test]
async fn it_loads_without_messages_and_from_the_bot_alone() {
    let bot = Bot::start(Sim::builder().rate(50.0), kinds).await;
    let Some(tab) = open(&bot).await else { return };
    tab.until("several answers", &format!("{POLLS} >= 3")).await;
    tab.until("events", "document.querySelector('#events').textContent !== '0'").await;
    tab.until("worlds", "document.querySelector('#world-rows .line[d^=M]')").await;
    assert_eq!(tab.messages().await, [""; 0]);
    let requests = tab.requests().await;
    let is_own = |url: &String| url.starts_with(&bot.url("/")) || url == "about:blank";
    assert_eq!(requests.iter().filter(|url| !is_own(url)).collect::<Vec<_>>(), [""; 0]);
    for path in ["/", "/page.css", "/page.js", "/api/state"] {
        assert!(requests.contains(&bot.url(path)), "{path}: {requests:?}");
    }
    assert!(!tab.run("return document.documentElement.innerHTML").await.to_string().contains(&SERVICE_ID[2..]));
    bot.stop().await;
}

#[tokio::test]
async fn an_event_is_shown_with_the_second_answer_at_the_latest() {
    let slow = Trigger::on::<Death>().named("slow").sequential().action(|_: Death| sleep(Duration::from_hours(1)));
    let bot = quiet(|builder| kinds(builder).trigger(slow).grace(Duration::from_millis(100))).await;
    let Some(tab) = open(&bot).await else { return };
    assert_eq!(tab.run(&format!("return {}", value("deaths", "received"))).await, "0");
    let watch = format!(
        "window.polls = () => {POLLS}; new MutationObserver(() => window.shownAt ??= polls()).observe({}, {{ subtree: true, childList: true, characterData: true }})",
        cell("deaths", "received")
    );
    tab.run(&watch).await;
    assert_eq!(bot.sim.publish(&death(1, 10)), 1);
    until("the bot has received it", async || bot.client.trigger("deaths").unwrap().stats().received == 1).await;
    let before = tab.run("return polls()").await.as_u64().unwrap();
    tab.until("the event", "window.shownAt").await;
    let after = tab.run("return shownAt").await.as_u64().unwrap();
    assert!(after <= before + 2, "shown with answer {after}, known since answer {before}");
    for (name, column) in
        [("deaths", "ran"), ("failing", "failed"), ("headshots", "rejected"), ("elsewhere", "filtered")]
    {
        let is_one = format!("{} === '1'", value(name, column));
        tab.until(&format!("{name}: {column}"), &is_one).await;
    }
    bot.sim.publish(&death(2, 10));
    tab.until("what is waiting", &format!("{} === '1'", value("slow", "waiting"))).await;
    assert_eq!(tab.run(&format!("return {}", value("asleep", "received"))).await, "0");
    bot.stop().await;
}

#[tokio::test]
async fn a_lost_connection_is_a_problem_until_it_is_back_and_then_a_gap() {
    let bot = quiet(kinds).await;
    let Some(tab) = open(&bot).await else { return };
    assert!(tab.run("return document.title").await.as_str().unwrap().starts_with('✓'));
    assert_eq!(tab.run("return document.querySelector('#said').textContent").await, "Data flows");
    bot.sim.publish(&death(1, 10));
    bot.sim.refuse(true);
    bot.sim.drop_connections();
    let problem = "document.querySelector('[role=status] li')?.textContent.includes('link 0 is down')";
    tab.until("a problem", &format!("document.body.dataset.verdict === 'bad' && {problem}")).await;
    assert!(tab.run("return document.title").await.as_str().unwrap().starts_with('⚠'));
    tab.until("the link", "document.querySelector('#link-rows [data-mark=bad]')?.textContent === 'down'").await;
    bot.sim.refuse(false);
    tab.until("data flows", "document.body.dataset.verdict === 'ok' && !document.querySelector('[role=status] li')")
        .await;
    tab.until("a gap", "document.querySelector('#gap-rows [data-cause=disconnected]')").await;
    tab.until("its end", "!document.querySelector('#gap-rows .bad')").await;
    let line = tab.run("return document.querySelector('#lanes').ariaLabel").await;
    assert!(line.as_str().unwrap().starts_with("1 gap of the last 15 min, 0 open"), "{line}");
    assert_eq!(tab.run("return document.querySelectorAll('#lanes rect').length").await, 1);
    bot.stop().await;
}

#[tokio::test]
async fn it_survives_a_restart_of_the_bot() {
    let bot = quiet(kinds).await;
    let Some(tab) = open(&bot).await else { return };
    tab.run("window.isSame = true").await;
    bot.sim.publish(&death(1, 10));
    tab.until("the event", &format!("{} === '1'", value("deaths", "received"))).await;
    let Bot { client, address, sim, run } = bot;
    client.shutdown();
    run.await.unwrap().unwrap();
    tab.until("its absence", "document.querySelector('#said').textContent.startsWith('No answer since ')").await;
    let failures = "performance.getEntriesByType('resource').filter(e => e.responseStatus === 0).length >= 2";
    tab.until("further attempts", failures).await;
    let client = Client::builder()
        .service_id(SERVICE_ID)
        .ess_url(sim.ess_url())
        .rest_url(sim.rest_url())
        .serve(&address)
        .trigger(deaths("deaths"))
        .trigger(deaths("new"))
        .build()
        .unwrap();
    let restarted = Bot {
        run: tokio::spawn({
            let client = client.clone();
            async move { client.run().await }
        }),
        client,
        address,
        sim,
    };
    tab.until("the new bot", "document.body.dataset.verdict === 'ok'").await;
    for name in ["deaths", "new"] {
        tab.until("counters of the new bot", &format!("{} === '0'", value(name, "received"))).await;
    }
    tab.until("no triggers of the old one", "document.querySelectorAll('.trigger').length === 2").await;
    // This one was started without a token.
    tab.until("no buttons", "[...document.querySelectorAll('.do button')].every(b => b.hidden)").await;
    assert_eq!(tab.run("return isSame && !document.querySelector('#read-only').hidden").await, true);
    restarted.stop().await;
}

#[tokio::test]
async fn it_asks_less_often_in_the_background_and_without_an_answer() {
    let bot = quiet(kinds).await;
    let Some(tab) = open(&bot).await else { return };
    let watch = "window.delays = []; const set = setTimeout;
        window.setTimeout = (run, delay) => { if (run === poll) delays.push(delay); return set(run, delay); }";
    tab.run(watch).await;
    tab.until("each second", "delays.at(-1) === 1000").await;
    tab.run("Object.defineProperty(document, 'hidden', { value: true, configurable: true })").await;
    tab.until("each 15 seconds", "delays.at(-1) === 15000").await;
    tab.run("delete document.hidden; delays = []; document.dispatchEvent(new Event('visibilitychange'))").await;
    tab.until("at once", "delays.at(-1) === 1000").await;
    bot.client.shutdown();
    tab.until("less and less often", "delays.join().includes('1000,2000,4000,8000')").await;
    bot.run.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_click_pauses_and_resumes_with_the_token() {
    let bot = quiet(kinds).await;
    let Some(tab) = open(&bot).await else { return };
    let deaths = bot.client.trigger("deaths").unwrap();
    tab.click("[aria-label='Pause deaths']").await;
    tab.until("a dialog", "document.querySelector('dialog').open && document.activeElement.id === 'token'").await;
    tab.enter("wrong").await;
    tab.until("an error", "document.querySelector('#ask-error').textContent !== ''").await;
    tab.until("the dialog again", "document.querySelector('dialog').open && document.activeElement.id === 'token'")
        .await;
    assert!(!deaths.is_paused());
    tab.enter(TOKEN).await;
    tab.until(
        "it is paused",
        "!document.querySelector('dialog').open && document.querySelector(\"[aria-label='Resume deaths']\")",
    )
    .await;
    assert!(deaths.is_paused());
    tab.until("a badge", "[...document.querySelectorAll('.badge:not([hidden])')].length === 2").await;
    // The token is known now.
    tab.click("[aria-label='Resume deaths']").await;
    tab.until("it is resumed", "document.querySelector(\"[aria-label='Pause deaths']\")").await;
    assert!(!deaths.is_paused());
    // What is canceled changes nothing.
    tab.run("sessionStorage.clear()").await;
    tab.click("[aria-label='Pause deaths']").await;
    tab.until("a dialog", "document.querySelector('dialog').open").await;
    tab.click("#cancel").await;
    tab.until("no dialog", "!document.querySelector('dialog').open").await;
    assert!(!deaths.is_paused());
    // Errors that are not about the token are shown.
    tab.run(&format!("sessionStorage.token = '{TOKEN}'")).await;
    deaths.remove();
    tab.run("document.querySelector(\"[aria-label='Pause deaths']\")?.click()").await;
    tab.until("an error", "document.querySelector('[role=alert]').textContent.startsWith('Cannot pause deaths: ')")
        .await;
    bot.stop().await;
}

#[tokio::test]
async fn names_are_text() {
    const NAMES: [&str; 4] = [
        "<script>window.hacked = 1</script>",
        "<img src=x onerror=\"window.hacked = 1\">",
        "a/b?c#d %2F ../é☃",
        "&amp;${window.hacked=1}`\"onfocus=alert(1) autofocus x=\"",
    ];
    let bot = quiet(|builder| NAMES.iter().map(|name| deaths(name)).fold(builder, ClientBuilder::trigger)).await;
    let Some(tab) = open(&bot).await else { return };
    tab.run("document.querySelectorAll('details').forEach(d => d.open = true)").await;
    bot.sim.publish(&death(1, 10));
    tab.until("the event", "document.querySelector('.trigger [data-f=received]').textContent === '1'").await;
    let shown =
        tab.run("return [...document.querySelectorAll('.trigger th span:first-child')].map(s => s.textContent)").await;
    let mut shown: Vec<_> = shown.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    shown.sort_unstable();
    let mut names = NAMES.to_vec();
    names.sort_unstable();
    assert_eq!(shown, names);
    assert_eq!(
        tab.run("return window.hacked === undefined && !document.querySelector('main img, main script')").await,
        true
    );
    tab.run(&format!("sessionStorage.token = '{TOKEN}'")).await;
    for name in NAMES {
        let button = "[...document.querySelectorAll('.do button')]";
        let name_in_script = serde_json::to_string(&format!("Pause {name}")).unwrap();
        tab.run(&format!("{button}.find(b => b.ariaLabel === {name_in_script}).click()")).await;
        until(name, async || bot.client.trigger(name).unwrap().is_paused()).await;
    }
    assert_eq!(tab.messages().await, [""; 0]);
    tokio::time::timeout(Duration::from_secs(30), bot.stop()).await.unwrap();
}
