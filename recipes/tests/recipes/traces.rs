//! The export of traces, and a collector that stores them.

use std::sync::{Arc, Mutex};

use auraxis_sim::Sim;
use axum::{Router, body::Bytes, extract::State as Shared, http::HeaderMap, routing};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message as _;
use tokio::net::TcpListener;

use crate::{common::until, process::Bot, recipe};

const TRACES: &str = env!("CARGO_BIN_EXE_traces");

/// The spans that a server has received. Clones share them.
#[derive(Clone, Debug, Default)]
struct Collector(Arc<Mutex<Vec<Span>>>);

impl Collector {
    /// Starts the server, and returns its URL.
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/v1/traces", routing::post(receive)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    fn named(&self, name: &str) -> Vec<Span> {
        self.0.lock().unwrap().iter().filter(|span| span.name == name).cloned().collect()
    }
}

async fn receive(Shared(collector): Shared<Collector>, headers: HeaderMap, body: Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    collector.0.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
}

/// The value of an attribute, as text.
fn attribute(span: &Span, key: &str) -> Option<String> {
    let found: &KeyValue = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.clone()?.value? {
        Value::StringValue(text) => Some(text),
        Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{key}: {other:?}"),
    }
}

#[tokio::test]
async fn runs_are_exported_with_trigger_event_and_link() {
    let collector = Collector::default();
    let sim = Sim::builder().rate(400.0).start().await.unwrap();
    let mut command = recipe(TRACES, &sim);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.start().await).env("OTEL_BSP_SCHEDULE_DELAY", "100");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OTEL_TRACES_SAMPLER"] {
        command.env_remove(name);
    }
    let mut bot = Bot::spawn(command);
    assert!(bot.line().await.contains(" has reached BR "));
    until("spans", || !collector.named("run").is_empty()).await;
    let end = bot.terminate().await;
    assert!(end.status.success(), "{end:?}");

    let runs = collector.named("run");
    for run in &runs {
        let attributes = ["trigger", "event", "link"].map(|key| attribute(run, key).unwrap_or_default());
        assert_eq!(attributes, ["announce", "BattleRankUp", "0"]);
        assert!(run.end_time_unix_nano >= run.start_time_unix_nano && run.start_time_unix_nano > 0, "{run:?}");
    }
    let requests = collector.named("request the character");
    let is_within = |request: &Span| runs.iter().any(|run| run.span_id == request.parent_span_id);
    assert!(!requests.is_empty() && requests.iter().all(is_within), "{requests:?} {runs:?}");
}

#[tokio::test]
async fn without_a_collector_the_bot_runs_on() {
    let sim = Sim::builder().rate(400.0).start().await.unwrap();
    let mut command = recipe(TRACES, &sim);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1").env("OTEL_BSP_SCHEDULE_DELAY", "100");
    let mut bot = Bot::spawn(command);
    for _ in 0..5 {
        bot.line().await;
    }
    let end = bot.terminate().await;
    assert!(end.status.success(), "{end:?}");
}
