//! All metrics.
//!
//! docs/metrics.md repeats this table for readers; a test compares them.

use prometheus_client::metrics::MetricType;

/// The value of a label for what exceeds the limit of different values.
pub(super) const OTHER: &str = "other";

/// The maximum number of worlds, as in the statistics of the stream: a source can make up any number of them.
pub(super) const MAX_WORLDS: usize = 256;

/// The maximum number of triggers. With 38 series each, more would make Prometheus slow before they are of use.
pub(super) const MAX_TRIGGERS: usize = 1000;

/// A metric.
#[derive(Debug)]
pub(super) struct Metric {
    /// Without the prefix, and without the suffix of a counter or an info.
    pub(super) name: &'static str,
    pub(super) kind: MetricType,
    pub(super) labels: &'static [&'static str],
    pub(super) help: &'static str,
}

macro_rules! metrics {
    ($( $constant:ident: $kind:ident $name:literal [$($label:literal),*] $help:literal; )*) => {
        $(
            pub(super) const $constant: &Metric = &Metric {
                name: $name,
                kind: MetricType::$kind,
                labels: &[$($label),*],
                help: $help,
            };
        )*

        /// All metrics.
        #[cfg(test)]
        pub(super) const ALL: &[&Metric] = &[$($constant),*];
    };
}

metrics! {
    BUILD: Info "build" ["version"] "The version of auraxis. The value is 1";
    HEALTHY: Gauge "healthy" [] "1 if all links are up with the requested subscription, no world is silent and no gap is open";
    UPTIME: Gauge "uptime_seconds" [] "How long the client has been running";
    SNAPSHOT: Gauge "snapshot_timestamp_seconds" []
        "When the stream last reported its state, which it does once per second while anything is received";

    EVENTS: Counter "events" ["world", "kind"] "Delivered events of the game, without duplicates. Unknown kinds count as Unknown";
    DERIVED: Counter "derived_events" ["world", "kind"] "Derived events that triggers listen to, such as SessionEnd";
    SIGNALS: Counter "signals" ["kind"] "Signals, such as SubscriptionDrift and Lagging";
    RECOVERED: Counter "recovered_events" [] "Those of the events that were recovered from REST after a gap";
    LAG: Histogram "event_lag_seconds" []
        "Time between events and their receipt. Events have whole seconds, so it is accurate to about a second";
    LATE: Counter "late_events" [] "Events that were received more than a minute after they happened";
    EARLY: Counter "early_events" [] "Events with a timestamp more than ten seconds ahead of the clock";
    DUPLICATES: Counter "duplicates" [] "Duplicates that were dropped";
    AMBIGUOUS: Counter "ambiguous_events" [] "Events that are either equal events or frames sent twice. They were delivered";
    EVICTED: Counter "evicted_events" [] "Events that were forgotten early, so their duplicates were delivered";
    PARSE_ERRORS: Counter "parse_errors" [] "Frames and fields that could not be parsed";
    UNKNOWN: Counter "unknown_events" [] "Events of kinds that this version does not know";
    DROPPED: Counter "dropped_events" [] "Events that triggers dropped because their queues were full";
    GAPS: Counter "gaps" ["cause"] "Gaps: intervals in which events may be missing";
    OPEN_GAPS: Gauge "open_gaps" [] "Gaps that are open";

    LINK_STATE: Gauge "link_state" ["link", "state"] "1 for the state of the link: connecting, up, down or closed. 0 for the others";
    LINK_DRIFTING: Gauge "link_drifting" ["link"] "1 if the server's subscription differs from the requested one";
    LINK_CONNECTIONS: Counter "link_connections" ["link"] "Connections so far";
    LINK_FRAME: Gauge "link_last_frame_timestamp_seconds" ["link"] "When the last frame was received. Heartbeats arrive every 30 seconds";
    LINK_EVENT: Gauge "link_last_event_timestamp_seconds" ["link"] "When the last event was received";

    WORLD_ONLINE: Gauge "world_online" ["world"] "1 if the world is online, 0 if it is offline. Missing without a report";
    WORLD_SILENT: Gauge "world_silent" ["world"] "1 if events that should have been received are missing";
    WORLD_EVENT: Gauge "world_last_event_timestamp_seconds" ["world"] "When the last event was received";

    RECEIVED: Counter "trigger_received" ["trigger"] "Events that reached the trigger while it was not paused";
    FILTERED: Counter "trigger_filtered" ["trigger", "by"] "Events that did not pass a filter: world, character or zone";
    REJECTED: Counter "trigger_rejected" ["trigger", "by"] "Events rejected by a condition, by cooldown or by check";
    QUEUED: Counter "trigger_queued" ["trigger"] "Events, or batches of events, that were queued";
    WAITING: Gauge "trigger_waiting" ["trigger"] "Events, or batches of events, in the queue";
    TRIGGER_DROPPED: Counter "trigger_dropped" ["trigger"] "Events dropped because the queue was full";
    TRIGGER_LATE: Counter "trigger_late" ["trigger"] "Events that waited for more than five seconds before the trigger ran for them";
    RUNS: Counter "trigger_runs" ["trigger"] "Runs that were started";
    RUN_TIME: Histogram "trigger_run_seconds" ["trigger"]
        "Run time, with checks and retries. Of runs that end at once, a sample is measured and counts for the others";
    FAILURES: Counter "trigger_failures" ["trigger", "kind"]
        "Runs that failed: error, panic, timeout or aborted. Also condition: panics in a condition";
    RETRIED: Counter "trigger_retries" ["trigger"] "Runs that were tried again after an error";
    SKIPPED: Counter "trigger_skipped_turns" ["trigger"] "Turns of a periodic trigger that were skipped because it was still running";
    STALLS: Counter "trigger_stalls" ["trigger"] "How often the handler or a condition blocked the stream for more than 100 ms";
    FORGOTTEN: Counter "trigger_forgotten_cooldowns" ["trigger"] "Cooldowns that ended early because too many keys were cooling down";
    PAUSED: Gauge "trigger_paused" ["trigger"] "1 if the trigger is paused";
    LAST_RUN: Gauge "trigger_last_run_timestamp_seconds" ["trigger"] "When the last run started. Missing before the first one";

    REQUESTS: Counter "rest_requests" [] "Requests to the REST API, including retries";
    RETRIES: Counter "rest_retries" [] "Retries of requests";
    FAILED_CALLS: Counter "rest_failed_calls" [] "Calls that failed, after retries";
    LATENCY: Histogram "rest_latency_seconds" [] "Time from a request to its response, including error responses";
    LOOKUPS: Counter "rest_lookups" ["cache"] "Lookups of rows by id or name: hit if answered from the cache, otherwise miss";
    REST_WAITING: Gauge "rest_waiting" [] "Lookups that wait for a row to appear";

    CONNECTIONS: Counter "serve_connections" [] "Connections to the server that were accepted";
    REFUSED: Counter "serve_refused" ["reason"]
        "What the server refused or ended: too_many, idle, slow_request, slow_reader, malformed, foreign or wrong_token";
    DELAYED: Counter "serve_delayed_requests" [] "Requests that had to wait, because there were too many";
    READERS: Gauge "serve_readers" ["path"] "Readers of /events and /streaming";
    READERS_REFUSED: Counter "serve_refused_readers" ["path"] "Readers that were refused because there were too many";
    READERS_TIMED_OUT: Counter "serve_timed_out_readers" ["path"] "Readers that were dropped because they did not read";
    LOST: Counter "serve_lost_events" ["path"] "Events that readers have lost, because they were too slow or away for too long";
}
