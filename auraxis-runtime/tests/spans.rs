//! The spans of runs, as a subscriber sees them.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, LazyLock, Mutex},
    thread::{self, ThreadId},
    time::Duration,
};

use auraxis_core::{event::*, frame::Frame};
use auraxis_runtime::{
    Client, Tick, Trigger, TriggerBuilder,
    source::{Batch, Feed, Running, Source},
};
use common::*;
use tokio::{sync::Notify, task::yield_now};
use tracing::{
    Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt as _},
    registry::LookupSpan,
};

/// What is known of a span.
#[derive(Clone, Debug, Default)]
struct Seen {
    fields: BTreeMap<&'static str, String>,
    threads: BTreeSet<u64>,
    entered: usize,
    messages: Vec<String>,
    is_closed: bool,
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

/// A layer that collects the spans of runs. Clones share them.
#[derive(Clone, Debug, Default)]
struct Spans(Arc<Mutex<Vec<(u64, Seen)>>>);

impl Spans {
    fn change(&self, id: &Id, change: impl FnOnce(&mut Seen)) {
        let mut spans = self.0.lock().unwrap();
        if let Some((_, seen)) = spans.iter_mut().rev().find(|(known, _)| *known == id.into_u64()) {
            change(seen);
        }
    }

    /// The spans of the runs of a trigger, from the first.
    fn of(&self, trigger: &str) -> Vec<Seen> {
        let spans = self.0.lock().unwrap();
        let is_of = |seen: &Seen| seen.fields.get("trigger").is_some_and(|name| name == trigger);
        spans.iter().map(|(_, seen)| seen).filter(|seen| is_of(seen)).cloned().collect()
    }

    /// The only span of a trigger, when it is closed.
    async fn closed(&self, trigger: &str) -> Seen {
        until(|| self.of(trigger).iter().any(|seen| seen.is_closed)).await;
        let [seen] = self.of(trigger).try_into().unwrap();
        seen
    }
}

fn number(thread: ThreadId) -> u64 {
    format!("{thread:?}").chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if attributes.metadata().target() == "auraxis::run" {
            let mut seen = Seen::default();
            attributes.record(&mut seen);
            self.0.lock().unwrap().push((id.into_u64(), seen));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        self.change(id, |seen| values.record(seen));
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        self.change(id, |seen| {
            seen.entered += 1;
            seen.threads.insert(number(thread::current().id()));
        });
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.lookup_current() else { return };
        self.change(&span.id(), |seen| {
            let mut fields = Seen::default();
            event.record(&mut fields);
            seen.messages.extend(fields.fields.remove("message"));
        });
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.change(&id, |seen| seen.is_closed = true);
    }
}

/// The spans of all runs in this process.
static SPANS: LazyLock<Spans> = LazyLock::new(|| {
    let spans = Spans::default();
    tracing::subscriber::set_global_default(Registry::default().with(spans.clone())).unwrap();
    spans
});

fn on(name: &'static str) -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>().named(name)
}

/// Dispatches a login to one trigger.
async fn run_one(trigger: Trigger) -> Client {
    LazyLock::force(&SPANS);
    let client = client();
    client.add(trigger).unwrap();
    client.dispatch(login(1)).await.unwrap();
    client
}

#[tokio::test]
async fn a_run_without_waiting_is_inside_a_span() {
    let client = run_one(on("plain").action(|_: PlayerLogin| tracing::info!("hello"))).await;
    let seen = SPANS.closed("plain").await;
    assert_eq!((seen.entered, &seen.messages[..]), (1, &["hello".to_owned()][..]));
    let names: Vec<_> = seen.fields.keys().copied().collect();
    assert_eq!(names, ["event", "trigger", "waited_ms"], "neither a link nor a failure");
    assert_eq!((&*seen.fields["event"], &*seen.fields["waited_ms"]), ("PlayerLogin", "0"));
    drop(client);
}

#[tokio::test]
async fn a_run_that_waits_is_inside_of_its_span_at_each_poll() {
    let gate = Arc::new(Notify::new());
    let passed = Arc::clone(&gate);
    let waiting = on("waiting").action(move |_: PlayerLogin| {
        let gate = Arc::clone(&passed);
        async move {
            tracing::info!("first");
            gate.notified().await;
            tracing::info!("second");
            yield_now().await;
            tracing::info!("third");
        }
    });
    let _client = run_one(waiting).await;
    assert!(!SPANS.of("waiting")[0].is_closed);
    gate.notify_one();
    let seen = SPANS.closed("waiting").await;
    assert!(seen.entered >= 3 && seen.messages == ["first", "second", "third"], "{seen:?}");
}

#[tokio::test]
async fn a_queued_run_has_a_span_of_its_own() {
    let gate = Arc::new(Notify::new());
    let passed = Arc::clone(&gate);
    let client = run_one(on("queued").sequential().action(move |_: PlayerLogin| {
        let gate = Arc::clone(&passed);
        async move { gate.notified().await }
    }))
    .await;
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(SPANS.of("queued").len(), 1, "the second has not started");
    gate.notify_one();
    until(|| SPANS.of("queued").len() == 2).await;
    let [first, second] = SPANS.of("queued").try_into().unwrap();
    assert!(first.is_closed && !second.is_closed, "{first:?} {second:?}");
    gate.notify_one();
    until(|| SPANS.of("queued")[1].is_closed).await;
}

#[tokio::test]
async fn a_blocking_run_is_inside_of_its_span_on_its_thread() {
    let _client = run_one(on("blocking").blocking().action(|_: PlayerLogin| tracing::info!("on a thread"))).await;
    let seen = SPANS.closed("blocking").await;
    assert_eq!(seen.messages, ["on a thread"]);
    let here = number(thread::current().id());
    assert!(seen.threads.iter().any(|thread| *thread != here), "{seen:?}");
}

fn collapse() {
    panic!("out of cheese");
}

#[tokio::test]
async fn failures_are_recorded() {
    let error = on("error").action(|_: PlayerLogin| Err::<(), _>(anyhow::anyhow!("no luck")));
    let panic = on("panic").action(|_: PlayerLogin| async {
        yield_now().await;
        collapse();
    });
    let late = on("late").timeout(Duration::from_millis(1)).action(|_: PlayerLogin| std::future::pending::<()>());
    for (name, trigger, failure, message) in [
        ("error", error, "error", "no luck"),
        ("panic", panic, "panic", "out of cheese"),
        ("late", late, "timeout", "did not finish within 1ms"),
    ] {
        let _client = run_one(trigger).await;
        let fields = SPANS.closed(name).await.fields;
        let field = |name| fields.get(name).map(String::as_str);
        let recorded = [field("failure"), field("error"), field("otel.status_code")];
        assert_eq!(recorded, [Some(failure), Some(message), Some("error")], "{name}");
        // The log's message about it too.
        assert!(SPANS.of(name)[0].messages.iter().any(|text| text.contains(message)), "{name}");
    }
}

#[tokio::test]
async fn an_aborted_run_is_recorded_as_a_failure() {
    LazyLock::force(&SPANS);
    let endless = on("endless").action(|_: PlayerLogin| std::future::pending::<()>());
    let client = silent().grace(Duration::ZERO).trigger(endless).build().unwrap();
    let running = run(&client);
    within(client.dispatch(login(1))).await.unwrap();
    client.shutdown();
    within(running).await.unwrap().unwrap();
    assert_eq!(SPANS.closed("endless").await.fields["failure"], "aborted");
}

/// Receives a login over link 7.
struct Linked;

impl Source for Linked {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            let mut batch = Batch::received_at(7, 1_730_000_000_000);
            batch.frame(Frame::Event(login(1)));
            feed.send(batch).await;
            Ok(())
        })
    }
}

#[tokio::test]
async fn the_link_of_an_event_is_named_and_a_turn_is_a_tick() {
    LazyLock::force(&SPANS);
    let linked = on("linked").action(|_: PlayerLogin| {});
    within(offline().source(Linked).trigger(linked).build().unwrap().run()).await.unwrap();
    assert_eq!(SPANS.closed("linked").await.fields["link"], "7");

    let periodic =
        Trigger::every(Duration::from_millis(1)).named("periodic").action(|_: Tick, client: Client| client.shutdown());
    within(silent().trigger(periodic).build().unwrap().run()).await.unwrap();
    assert_eq!(SPANS.of("periodic")[0].fields["event"], "Tick");
}

#[tokio::test]
async fn the_level_of_the_default_log_has_no_spans() {
    let (client, spans) = (client(), Spans::default());
    client.add(on("unwanted").action(|_: PlayerLogin| {})).unwrap();
    let _log = tracing::subscriber::set_default(Registry::default().with(LevelFilter::INFO).with(spans.clone()));
    client.dispatch(login(1)).await.unwrap();
    assert!(spans.of("unwanted").is_empty() && client.trigger("unwanted").unwrap().stats().started == 1);
}
