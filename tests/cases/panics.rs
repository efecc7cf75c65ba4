//! Panics of every sort in handlers of a live client: caught, counted, and the next event is handled.

use std::sync::{Mutex, PoisonError};

use auraxis::prelude::*;

use crate::common::{Diary, client, login, quiet, start, stop, subscription, until};

struct Touchy;

impl Drop for Touchy {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "in drop");
    }
}

static POISONED: Mutex<u32> = Mutex::new(0);

fn poison(_: PlayerLogin) {
    let _guard = POISONED.lock().unwrap();
    panic!("with a lock");
}

fn drops(_: PlayerLogin) {
    let _touchy = Touchy;
}

async fn later(_: PlayerLogin) {
    tokio::task::yield_now().await;
    let _touchy = Touchy;
}

fn number(_: PlayerLogin) {
    std::panic::panic_any(7);
}

fn own_runtime(_: PlayerLogin) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::sleep(std::time::Duration::from_millis(1)).await });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_of_whatever_sort_is_counted_and_the_next_event_is_handled() {
    let on = |name| Trigger::on::<PlayerLogin>().named(name);
    let (sim, diary) = (quiet().await, Diary::default());
    let last = diary.clone();
    let client = client(&sim)
        .trigger(on("poisons").action(poison))
        .trigger(on("drops").action(drops))
        .trigger(on("later").action(later))
        .trigger(on("number").action(number))
        .trigger(on("poisons a thread").blocking().action(poison))
        .trigger(on("drops on a thread").blocking().action(drops))
        .trigger(on("own runtime").blocking().action(own_runtime))
        .trigger(on("recovers").action(|_: PlayerLogin| drop(POISONED.lock().unwrap_or_else(PoisonError::into_inner))))
        .trigger(on("last").action(move |login: PlayerLogin| last.note(login.character_id)))
        .build()
        .unwrap();
    let run = start(&client).await;
    subscription(&sim).await;
    for character in 1..=3 {
        assert_eq!(sim.publish(&login(character, 1)), 1);
    }
    assert_eq!(diary.entries(3).await, ["1", "2", "3"]);
    for (name, panicked) in [
        ("poisons", 3),
        ("drops", 3),
        ("later", 3),
        ("number", 3),
        ("poisons a thread", 3),
        ("drops on a thread", 3),
        ("own runtime", 0),
        ("recovers", 0),
    ] {
        let trigger = client.trigger(name).unwrap();
        until(name, || trigger.stats().started == 3 && trigger.stats().panicked == panicked).await;
    }
    stop(&client, run).await;
}
