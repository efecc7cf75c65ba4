//! Handlers whose futures are as large as `tokio::spawn` can carry in a debug build.

#![allow(clippy::unwrap_used, clippy::large_stack_arrays, reason = "that is what these tests are about")]

mod common;

use std::{hint::black_box, time::Duration};

use auraxis_core::event::*;
use auraxis_runtime::{Client, Speed, Trigger, TriggerBuilder};
use common::*;
use tokio::time::sleep;

const SMALL: usize = 512 << 10;
const LARGE: usize = 700 << 10;

type Order = fn(TriggerBuilder<PlayerLogin>) -> TriggerBuilder<PlayerLogin>;

const ORDERS: [(&str, Order); 6] = [
    ("default", |trigger| trigger),
    ("sequential", TriggerBuilder::sequential),
    ("keyed", |trigger| trigger.key(|_| ())),
    ("limited", |trigger| trigger.timeout(Duration::from_secs(20))),
    ("once", TriggerBuilder::single_shot),
    ("blocking", TriggerBuilder::blocking),
];

async fn hold<const N: usize>(_: PlayerLogin) {
    let mut held = [0_u8; N];
    sleep(Duration::from_millis(1)).await;
    held[N / 2] = 1;
    black_box(&held);
}

/// A handler that takes something beside its event, as most do.
async fn hold_with_client<const N: usize>(login: PlayerLogin, client: Client) {
    hold::<N>(login).await;
    drop(client);
}

fn add<const N: usize>(client: &Client) -> usize {
    for (name, order) in ORDERS {
        let on = || order(Trigger::on::<PlayerLogin>());
        client.add(on().named(format!("{name} {N}")).action(hold::<N>)).unwrap();
        client.add(on().named(format!("{name} {N}, with a client")).action(hold_with_client::<N>)).unwrap();
    }
    2 * ORDERS.len()
}

fn client_with_all() -> Client {
    let client = client();
    assert_eq!(add::<SMALL>(&client) + add::<LARGE>(&client), client.triggers().len());
    client
}

/// Dispatches two events and waits until all runs are over.
async fn carry(client: &Client) {
    let handles = client.triggers();
    for number in 1..=2 {
        client.dispatch(login(number)).await.unwrap();
    }
    until(|| handles.iter().all(|handle| handle.stats().started == if handle.is_removed() { 1 } else { 2 })).await;
    assert!(handles.iter().all(|handle| handle.stats().panicked == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn they_run_in_a_client_that_does_not_run_yet() {
    carry(&client_with_all()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn they_run_in_a_client_that_runs() {
    let client = client_with_all();
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    carry(&client).await;
    client.shutdown();
    within(run).await.unwrap().unwrap();
}

#[tokio::test]
async fn they_run_in_a_replay() {
    let recording = Recording::of("large", (1..=2).map(|number| login(number).to_frame()));
    let client = recording.replay(Speed::Max).build().unwrap();
    add::<SMALL>(&client);
    add::<LARGE>(&client);
    let handles = client.triggers();
    within(client.run()).await.unwrap();
    assert!(handles.iter().all(|handle| handle.stats().started >= 1 && handle.stats().panicked == 0));
}

#[tokio::test(start_paused = true)]
async fn they_run_in_a_test_of_paused_time() {
    let client = client_with_all();
    let handles = client.triggers();
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    client.dispatch(login(1)).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    assert!(handles.iter().all(|handle| handle.stats().started == 1));
    client.shutdown();
    run.await.unwrap().unwrap();
}
