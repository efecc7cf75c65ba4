//! The overlay of `recipes`, which is opened from a file.

use auraxis_runtime::ClientBuilder;
use auraxis_serve::Serve as _;

use crate::{
    bots::{death, deaths, quiet},
    browser::Tab,
};

const OVERLAY: &str = concat!("file://", env!("CARGO_MANIFEST_DIR"), "/../recipes/overlay.html");

fn allow(origin: &str) -> impl FnOnce(ClientBuilder) -> ClientBuilder {
    move |builder| builder.trigger(deaths("deaths")).serve_settings(|settings| settings.allow_origin(origin.to_owned()))
}

#[tokio::test]
async fn an_overlay_from_a_file_shows_kills_as_text() {
    let bot = quiet(allow("null")).await;
    let Some(tab) = Tab::open().await else { return };
    let query = "character=5,6&names=5:%3Cb%3EHigby%3C/b%3E,6:Wrel";
    tab.go(&format!("{OVERLAY}?server={}&{query}", bot.url(""))).await;
    // Until the page reads, nothing is kept for it.
    let shown = tab.until("the kill of a listed character", "document.querySelector('li')");
    let publish = async {
        loop {
            for character in [7, 5] {
                assert_eq!(bot.sim.publish(&death(character, 10)), 1);
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
    };
    tokio::select! {
        () = shown => {}
        () = publish => {}
    }
    let texts = tab.run("return [...new Set([...document.querySelectorAll('li')].map(li => li.textContent))]").await;
    assert_eq!(texts, serde_json::json!(["<b>Higby</b> died"]));
    bot.stop().await;
}

#[tokio::test]
async fn it_says_that_it_may_not_read() {
    let bot = quiet(allow("https://example.com")).await;
    let Some(tab) = Tab::open().await else { return };
    tab.go(&format!("{OVERLAY}?server={}", bot.url(""))).await;
    tab.until("it says so", "document.getElementById('status').textContent === 'no connection to the bot'").await;
    bot.stop().await;
}
