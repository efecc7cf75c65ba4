//! How many heap allocations an event without text costs, from its frame to a synchronous handler.
//!
//! `cargo bench -p auraxis-bench --bench allocations`
#![allow(clippy::print_stdout)]

use anyhow::Result;
use auraxis::prelude::*;
use auraxis_bench::Traffic;
use auraxis_core::frame::Frame;
use futures_util::FutureExt;

fn main() -> Result<()> {
    let traffic = Traffic::new();
    let has_no_text = |text: &&String| !text.contains("ItemAdded") && !text.contains("MetagameEvent");
    let texts: Vec<_> = traffic.texts().iter().filter(has_no_text).collect();
    let client = Client::builder().trigger(Trigger::on::<Event>().action(|_: Event| ())).build()?;
    let dispatch = || {
        for text in &texts {
            if let Ok(Frame::Event(event)) = Frame::parse(text) {
                client.dispatch(event).now_or_never().into_iter().for_each(drop);
            }
        }
    };
    // The first events fill buffers and caches.
    dispatch();
    let counted = allocation_counter::measure(dispatch).count_total;
    #[allow(clippy::cast_precision_loss, reason = "for people to read")]
    let per_event = counted as f64 / texts.len() as f64;
    println!("{per_event}");
    Ok(())
}
