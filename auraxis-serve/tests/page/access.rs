//! The page by keyboard and screen reader.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    bots::{death, kinds, open, quiet, value},
    browser::{ENTER, TAB, Tab},
    common::{TOKEN, until},
};

/// Returns the roles and names that a screen reader gets.
async fn tree(tab: &Tab) -> Vec<(String, String)> {
    let tree = tab.devtools("Accessibility.getFullAXTree", json!({})).await;
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().trim().to_owned();
    let nodes = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] != true);
    nodes.map(|node| (text(&node["role"]), text(&node["name"]))).collect()
}

#[tokio::test]
async fn each_control_and_plot_has_a_name_and_each_table_is_one_on_a_phone_too() {
    let bot = quiet(kinds).await;
    let Some(tab) = open(&bot).await else { return };
    bot.sim.publish(&death(1, 10));
    tab.until("the world", "document.querySelector('#world-rows tr')").await;
    bot.sim.drop_connections();
    tab.until("a gap", "document.querySelector('#gap-rows tr')").await;
    let worlds = tab.run("return document.querySelectorAll('#world-rows tr').length").await.as_u64().unwrap();
    let worlds = usize::try_from(worlds).unwrap();
    // Safari takes what is not laid out as a table for none.
    let parts = ["table", "thead", "tbody", "tr", "th", "td"].map(|part| format!("{part}:not([role])")).join(",");
    assert_eq!(tab.run(&format!("return document.querySelectorAll('{parts}').length")).await, 0);
    for (width, height) in [(1280, 800), (360, 740)] {
        tab.screen(width, height, "light").await;
        let tree = tree(&tab).await;
        let named = [
            "button",
            "link",
            "searchbox",
            "combobox",
            "DisclosureTriangle",
            "image",
            "region",
            "columnheader",
            "rowheader",
        ];
        let nameless: Vec<_> =
            tree.iter().filter(|(role, name)| named.contains(&role.as_str()) && name.is_empty()).collect();
        assert!(nameless.is_empty(), "{width}: {nameless:?}");
        let count = |role: &str| tree.iter().filter(|(is, _)| is == role).count();
        for role in ["main", "banner", "contentinfo", "navigation", "status", "searchbox", "combobox"] {
            assert_eq!(count(role), 1, "{width}: {role}");
        }
        // Links, worlds, gaps and triggers.
        assert_eq!((count("table"), count("image")), (4, 2 + worlds), "{width}: {tree:?}");
        assert!(
            count("columnheader") >= 28 && count("row") >= 4 + 3 + 2 * 6 && count("cell") >= 60,
            "{width}: {tree:?}"
        );
        let buttons: Vec<_> = tree.iter().filter(|(role, name)| role == "button" && name.contains(' ')).collect();
        assert_eq!(buttons.iter().collect::<BTreeSet<_>>().len(), 6, "{width}: {buttons:?}");
    }
    bot.stop().await;
}

#[tokio::test]
async fn the_keyboard_reaches_and_pauses_a_trigger() {
    let bot = quiet(kinds).await;
    let Some(tab) = open(&bot).await else { return };
    tab.run(&format!("sessionStorage.token = '{TOKEN}'; document.body.focus()")).await;
    tab.press(TAB).await;
    assert_eq!(tab.run("return document.activeElement.className").await, "skip");
    tab.until("the skip link is visible", "document.activeElement.getBoundingClientRect().top >= 0").await;
    tab.press(ENTER).await;
    tab.until("the content has the focus", "document.activeElement.id === 'main'").await;
    let mut presses = 0;
    while tab.run("return document.activeElement.ariaLabel").await != "Pause deaths" {
        tab.press(TAB).await;
        presses += 1;
        assert!(presses < 30, "not reached");
        let shown = "const e = document.activeElement; const s = getComputedStyle(e);
            return e === document.body || s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2";
        assert_eq!(tab.run(shown).await, true, "the focus is not visible");
    }
    let deaths = bot.client.trigger("deaths").unwrap();
    for (pauses, label) in [(true, "Resume deaths"), (false, "Pause deaths")] {
        tab.press(ENTER).await;
        until("it changes", async || deaths.is_paused() == pauses).await;
        tab.until("the focus stays", &format!("document.activeElement.ariaLabel === '{label}'")).await;
    }
    bot.sim.publish(&death(1, 10));
    tab.until("the event", &format!("{} === '1'", value("deaths", "received"))).await;
    bot.stop().await;
}
