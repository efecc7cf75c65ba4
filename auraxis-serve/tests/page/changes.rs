//! The page changes only what differs, and disturbs nobody.

use auraxis_core::{event::Death, id::CharacterId};
use auraxis_runtime::{ClientBuilder, Trigger};

use crate::bots::{POLLS, death, deaths, open, quiet, row, value};

/// Collects what changes. Times, which go on without the bot, and plots, which grow, do not count.
const WATCH: &str = "
    window.changes = [];
    const element = node => node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const counts = node => !node.closest('time, #uptime, #total, .spark');
    new MutationObserver(records => changes.push(...records.map(r => element(r.target)).filter(counts)))
        .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    window.rows = () => new Set(changes.map(c => c.closest('tbody.trigger')).filter(Boolean)).size;
";

/// Waits until the page has got that many more answers.
async fn answers(tab: &crate::browser::Tab, count: u64) {
    let polls = tab.run(&format!("return {POLLS}")).await.as_u64().unwrap();
    tab.until("answers", &format!("{POLLS} >= {}", polls + count)).await;
}

#[tokio::test]
async fn of_100_triggers_it_changes_those_that_differ() {
    let of = |character: u64| {
        Trigger::on::<Death>()
            .named(format!("squad_{character:03}"))
            .characters([CharacterId(character)])
            .action(|_: Death| {})
    };
    let bot = quiet(|builder| (1..=100).map(of).fold(builder, ClientBuilder::trigger)).await;
    let Some(tab) = open(&bot).await else { return };
    assert_eq!(tab.run("return document.querySelectorAll('.trigger').length").await, 100);
    // The first event shows the world.
    bot.sim.publish(&death(1, 10));
    tab.until("the event", &format!("{} === '1'", value("squad_001", "ran"))).await;
    tab.until(
        "the world",
        "[...document.querySelectorAll('#world-rows [data-f=events]')].some(e => e.textContent === '1')",
    )
    .await;
    let is_over = "state.rates.worlds[10]?.length > 12 && state.rates.worlds[10].slice(-12).every(rate => rate === 0)";
    tab.until("its rate is over", &format!("{is_over} && document.querySelector('#rate').textContent === '0'")).await;
    tab.run(WATCH).await;
    answers(&tab, 5).await;
    let idle = tab.run("return changes.map(c => c.outerHTML)").await;
    assert_eq!(idle, serde_json::json!([]));
    bot.sim.publish(&death(7, 10));
    tab.until("the event", &format!("{} === '1'", value("squad_007", "ran"))).await;
    answers(&tab, 2).await;
    assert_eq!(tab.run("return rows()").await, 1);
    let count = tab.run("return changes.length").await.as_u64().unwrap();
    assert!(count <= 60, "{count} changes for one event");
    bot.stop().await;
}

#[tokio::test]
async fn details_stay_open_and_focus_stays() {
    let bot =
        quiet(|builder| ["alpha", "beta", "gamma"].map(deaths).into_iter().fold(builder, ClientBuilder::trigger)).await;
    let Some(tab) = open(&bot).await else { return };
    tab.run("const sort = document.querySelector('#sort'); sort.value = 'received'; sort.dispatchEvent(new Event('change'))").await;
    tab.run(&format!("window.row = {}", row("beta"))).await;
    tab.run("row.querySelector('summary').click()").await;
    tab.until("why", "row.querySelector('details').open && row.querySelector('details li')").await;
    tab.run("row.querySelector('button').focus(); window.focused = document.activeElement").await;
    bot.client.trigger("alpha").unwrap().pause();
    for expected in 1..=3 {
        // Equal ones would be duplicates.
        bot.sim.publish(&death(expected, 10));
        tab.until("the event", &format!("{} === '{expected}'", value("beta", "received"))).await;
    }
    let stats = "[...row.querySelectorAll('.stats div')].some(d => d.textContent === 'received3')";
    tab.until("stats", stats).await;
    bot.client.trigger("beta").unwrap().pause();
    tab.until("a pause", "row.querySelector('button').textContent === 'Resume'").await;
    bot.sim.publish(&death(4, 10));
    tab.until("the event", &format!("{} === '4'", value("gamma", "received"))).await;
    // Nothing moves under the focus, whatever the order.
    let is_kept = "return row.isConnected && row.querySelector('details').open && document.activeElement === focused";
    assert_eq!(tab.run(is_kept).await, true);
    // A search hides the others, and forgets nothing.
    tab.click("#search").await;
    tab.enter("gam").await;
    tab.until("one trigger", "row.hidden && document.querySelectorAll('.trigger:not([hidden])').length === 1").await;
    tab.run("const s = document.querySelector('#search'); s.value = ''; s.dispatchEvent(new Event('input'))").await;
    tab.until("three triggers", "document.querySelectorAll('.trigger:not([hidden])').length === 3").await;
    assert_eq!(tab.run("return row.querySelector('details').open").await, true);
    // Sorted by what was received: gamma 4, beta 3, alpha 0.
    let order = "return [...document.querySelectorAll('.trigger th span:first-child')].map(s => s.textContent).join()";
    assert_eq!(tab.run(order).await, "gamma,beta,alpha");
    bot.stop().await;
}
