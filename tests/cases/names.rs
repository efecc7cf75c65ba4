//! Functions of one name in several modules, and positions of the attribute.

use auraxis::{prelude::*, test::*};

mod one {
    use auraxis::prelude::*;

    #[trigger(Death)]
    fn on_death(_: Death) {}

    #[trigger]
    fn only_here(_: PlayerLogin) {}
}

mod other {
    use auraxis::prelude::*;

    #[trigger(Death)]
    fn on_death(_: Death) {}

    #[trigger(Death, name = "given")]
    fn named(_: Death) {}

    pub(super) mod inner {
        use auraxis::prelude::*;

        #[trigger(Death)]
        fn on_death(_: Death) {}
    }
}

fn names(client: &Client) -> Vec<String> {
    client.triggers().iter().map(|trigger| trigger.name().to_owned()).collect()
}

fn within(module: &str) -> auraxis::ClientBuilder {
    Client::builder().registered_in(format!("{}{module}", module_path!()))
}

#[test]
fn functions_of_one_name_are_called_after_their_modules_where_they_meet() {
    let at = |rest: &str| format!("{}::{rest}", module_path!());
    let both = within("").build().unwrap();
    let expected = [
        at("large::large"),
        at("large::large_with_client"),
        at("one::on_death"),
        "only_here".into(),
        at("other::on_death"),
        "given".into(),
        at("other::inner::on_death"),
    ];
    let named: Vec<_> = names(&both).into_iter().filter(|name| !name.contains("large")).collect();
    let mut expected: Vec<_> = expected.into_iter().filter(|name| !name.contains("large")).collect();
    expected.sort();
    let mut sorted = named.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert_eq!(names(&within("::one").build().unwrap()), ["on_death", "only_here"]);
    for name in expected {
        assert!(both.trigger(&name).is_some(), "{name}");
    }
}

#[test]
fn a_module_without_triggers_is_named() {
    for module in ["::wrong", "::on", "::one::on_death", "one"] {
        let error = within(module).build().unwrap_err().to_string();
        assert!(error.contains(&format!("no trigger is registered in `{}{module}`", module_path!())), "{error}");
    }
}

/// Handlers with futures as large as `tokio::spawn` carries, by attribute.
mod large {
    use std::{hint::black_box, time::Duration};

    use auraxis::prelude::*;

    #[trigger]
    async fn large(_: PlayerLogout) {
        let mut held = [0_u8; 512 << 10];
        tokio::time::sleep(Duration::from_millis(1)).await;
        held[1] = 1;
        black_box(&held);
    }

    #[trigger(PlayerLogout, sequential, condition = true)]
    async fn large_with_client(_: PlayerLogout, client: Client) -> auraxis::Result {
        let mut held = [0_u8; 700 << 10];
        tokio::time::sleep(Duration::from_millis(1)).await;
        held[1] = 1;
        black_box(&held);
        drop(client);
        Ok(())
    }
}

#[test]
fn a_large_future_runs_by_attribute_in_a_test() {
    paused(async {
        let bot = TestClient::start(within("::large")).await;
        for _ in 0..3 {
            assert_eq!(bot.send(PlayerLogout::sample()).await.ran().len(), 2);
        }
        let report = bot.stop().await;
        assert_eq!((report.funnel("large").started, report.failures().len()), (3, 0));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_future_runs_by_attribute_live_and_in_a_replay() {
    let frame = PlayerLogout::sample();
    let path = format!("{}/cases-large.ndjson", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, Event::from(frame.clone()).to_frame() + "\n").unwrap();
    let replay = within("::large").replay([&path]).build().unwrap();
    let handles = replay.triggers();
    crate::common::within(replay.run()).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(handles.iter().all(|it| it.funnel().started == 1 && it.funnel().panicked == 0));

    let sim = crate::common::quiet().await;
    let live = within("::large").service_id("s:test").ess_url(sim.ess_url()).build().unwrap();
    let handles = live.triggers();
    let run = crate::common::start(&live).await;
    crate::common::until("a client", || sim.publish(&Event::from(frame.clone()).to_frame()) == 1).await;
    crate::common::until("runs", || handles.iter().all(|it| it.funnel().started >= 1)).await;
    crate::common::stop(&live, run).await;
}
