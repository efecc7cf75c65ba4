//! Exports a span of each run of a handler with OpenTelemetry: which runs are slow, what they wait for, which fail.
//!
//! `cargo run -p auraxis-recipes --bin traces`, with a collector, Jaeger or Tempo on this machine. The standard variables
//! apply, such as `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME` and `OTEL_TRACES_SAMPLER`.

use std::io;

use auraxis::prelude::*;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Instrument as _, info_span, level_filters::LevelFilter};
use tracing_subscriber::{EnvFilter, Layer as _, Registry, filter::Targets, fmt, layer::SubscriberExt as _};

#[trigger(BattleRankUp)]
async fn announce(event: BattleRankUp, client: Client) -> auraxis::Result {
    // A span of the bot's own, within that of the run.
    let request = client.get_by_id::<Character>(event.character_id).instrument(info_span!("request the character"));
    if let Some(character) = request.await? {
        println!("{character} has reached BR {}!", event.battle_rank);
    }
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let exporter = SpanExporter::builder().with_http().build()?;
    // Spans are sent from a thread, in batches. If too many wait, they are dropped, which is logged.
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    let wanted =
        Targets::new().with_target("auraxis::run", LevelFilter::DEBUG).with_target(module_path!(), LevelFilter::INFO);
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("auraxis"));
    // As without this recipe, unless `RUST_LOG` is set.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,auraxis=info"));
    let log = fmt::layer().with_writer(io::stderr);
    let subscriber = Registry::default().with(log.with_filter(filter)).with(spans.with_filter(wanted));
    tracing::subscriber::set_global_default(subscriber)?;

    let result = auraxis::run!(service_id = "s:example");
    // Sends what has not been sent.
    if let Err(error) = provider.shutdown() {
        tracing::warn!("cannot export the last spans: {error}");
    }
    Ok(result?)
}
