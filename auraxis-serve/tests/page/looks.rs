//! The page on screens of different sizes and colours.

use auraxis_runtime::ClientBuilder;

use crate::{
    bots::{death, deaths, kinds, open, quiet},
    browser::Tab,
};

/// Returns each text whose contrast is less than 4.5 to 1, by its computed colours.
const FAINT: &str = "
    const parse = text => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
    const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
    const behind = e => e ? over(parse(getComputedStyle(e).backgroundColor), behind(e.parentElement)) : [255, 255, 255];
    const light = rgb => rgb.map(c => c / 255).map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
    const faint = [];
    let texts = 0;
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; node = walk.nextNode();) {
        const element = node.parentElement;
        if (!node.data.trim() || !element.checkVisibility()) continue;
        texts += 1;
        const back = behind(element);
        const [a, b] = [light(over(parse(getComputedStyle(element).color), back)), light(back)];
        const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (contrast < 4.5) faint.push(node.data + ' ' + contrast.toFixed(2));
    }
    return texts < 100 ? ['only ' + texts + ' texts'] : faint;
";

async fn open_details(tab: &Tab) {
    tab.run("document.querySelectorAll('details').forEach(d => d.open = true)").await;
    tab.until("details", "[...document.querySelectorAll('details')].every(d => d.querySelector('li'))").await;
}

#[tokio::test]
async fn text_stands_out_in_dark_and_light() {
    let bot = quiet(kinds).await;
    let Some(tab) = open(&bot).await else { return };
    open_details(&tab).await;
    bot.sim.publish(&death(1, 10));
    tab.until("a failure", "document.querySelector('.trigger .bad')").await;
    let check = async |when: &str| {
        for scheme in ["light", "dark"] {
            tab.screen(1280, 800, scheme).await;
            let ground = tab.run("return getComputedStyle(document.body).backgroundColor").await;
            assert_eq!(ground.as_str().unwrap().starts_with("rgb(2"), scheme == "light", "{scheme}: {ground}");
            assert_eq!(tab.run(FAINT).await, serde_json::json!([]), "{when}, {scheme}");
        }
    };
    check("data flows").await;
    bot.sim.refuse(true);
    bot.sim.drop_connections();
    tab.until("a problem", "document.body.dataset.verdict === 'bad' && document.querySelector('#gap-rows .bad')").await;
    check("problems").await;
    tab.click("[aria-label='Pause deaths']").await;
    tab.enter("wrong").await;
    tab.until("an error", "document.querySelector('#ask-error').checkVisibility()").await;
    tab.run("toast('An error')").await;
    check("errors").await;
    bot.client.shutdown();
    tab.until("no answer", "document.body.dataset.verdict === 'gone'").await;
    check("no answer").await;
}

#[tokio::test]
async fn a_phone_does_not_scroll_sideways() {
    let long = "a_name::of_a_trigger::".repeat(8);
    let bot = quiet(|builder| kinds(builder).trigger(deaths(&long)).trigger(deaths(&"W".repeat(150)))).await;
    let Some(tab) = open(&bot).await else { return };
    open_details(&tab).await;
    bot.sim.publish(&death(1, 10));
    tab.until("the world", "document.querySelector('#world-rows tr')").await;
    bot.sim.refuse(true);
    bot.sim.drop_connections();
    tab.until(
        "a problem and a gap",
        "document.querySelector('#problems li') && document.querySelector('#gap-rows tr')",
    )
    .await;
    // Nor does a tablet, or a large screen.
    for width in [360, 700, 870, 1280] {
        tab.screen(width, 740, "light").await;
        let wide = "const width = document.documentElement.clientWidth;
            return [width, document.documentElement.scrollWidth,
                ...[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > width + 1)
                    .map(e => e.outerHTML.slice(0, 200))]";
        assert_eq!(tab.run(wide).await, serde_json::json!([width, width]));
    }
    tab.screen(360, 740, "light").await;
    let target =
        "return [...document.querySelectorAll('button, summary, select, input')].filter(e => e.checkVisibility())
        .filter(e => e.getBoundingClientRect().height < 36).map(e => e.outerHTML)";
    assert_eq!(tab.run(target).await, serde_json::json!([]), "too small for a finger");
    bot.stop().await;
}

#[tokio::test]
async fn a_bot_without_triggers_has_a_page() {
    let bot = quiet(|builder: ClientBuilder| builder.trigger(deaths("deaths"))).await;
    let Some(tab) = open(&bot).await else { return };
    bot.client.remove("deaths").unwrap();
    tab.until("no trigger", "document.querySelector('#triggers .empty').checkVisibility()").await;
    assert_eq!(tab.run("return document.querySelector('#trigger-table').checkVisibility()").await, false);
    bot.stop().await;
}
