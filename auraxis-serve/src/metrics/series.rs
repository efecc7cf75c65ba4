//! Writes the series of a metric.

use std::fmt;

use auraxis_runtime::health::Histogram;
use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeLabel as _, EncodeLabelSet, LabelSetEncoder, MetricEncoder, NoLabelSet},
    metrics::MetricType,
};

use super::table::Metric;

/// Writes metrics.
#[derive(Debug)]
pub(super) struct Writer<'a>(pub(super) DescriptorEncoder<'a>);

/// Writes the series of one metric.
#[derive(Debug)]
pub(super) struct Series<'a> {
    metric: &'static Metric,
    encoder: MetricEncoder<'a>,
}

/// The value of a series.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Count(u64),
    Number(f64),
    Histogram(Histogram),
}

struct Labels<'a> {
    names: &'static [&'static str],
    values: &'a [&'a str],
}

impl Writer<'_> {
    /// Writes a metric with any number of series.
    pub(super) fn metric(
        &mut self,
        metric: &'static Metric,
        write: impl FnOnce(&mut Series<'_>) -> fmt::Result,
    ) -> fmt::Result {
        let encoder = self.0.encode_descriptor(metric.name, metric.help, None, metric.kind)?;
        write(&mut Series { metric, encoder })
    }

    /// Writes a metric with one series, without labels.
    pub(super) fn single(&mut self, metric: &'static Metric, value: impl Into<Value>) -> fmt::Result {
        self.metric(metric, |series| series.add([], value))
    }
}

impl Series<'_> {
    /// Writes a series with these values of the metric's labels.
    pub(super) fn add<const N: usize>(&mut self, labels: [&str; N], value: impl Into<Value>) -> fmt::Result {
        debug_assert_eq!(labels.len(), self.metric.labels.len(), "{}", self.metric.name);
        let labels = Labels { names: self.metric.labels, values: &labels };
        if let MetricType::Info = self.metric.kind {
            return self.encoder.encode_info(&labels);
        }
        let mut encoder = self.encoder.encode_family(&labels)?;
        match (value.into(), self.metric.kind) {
            (Value::Count(count), MetricType::Counter) => encoder.encode_counter::<NoLabelSet, _, u64>(&count, None),
            (Value::Count(count), _) => encoder.encode_gauge(&count),
            (Value::Number(number), _) => encoder.encode_gauge(&number),
            (Value::Histogram(histogram), _) => {
                let bound = |(bound, count): (Option<_>, _)| (bound.map_or(f64::INFINITY, seconds), count);
                let buckets: Vec<_> = histogram.buckets().map(bound).collect();
                encoder.encode_histogram::<NoLabelSet>(seconds(histogram.sum()), histogram.count(), &buckets, None)
            }
        }
    }
}

fn seconds(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64()
}

impl EncodeLabelSet for Labels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.names.iter().zip(self.values).try_for_each(|(name, value)| (*name, *value).encode(encoder.encode_label()))
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<bool> for Value {
    fn from(is_so: bool) -> Self {
        Self::Count(is_so.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Histogram> for Value {
    fn from(histogram: Histogram) -> Self {
        Self::Histogram(histogram)
    }
}
