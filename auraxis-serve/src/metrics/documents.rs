//! The documents name the metrics that exist.

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::PathBuf};

use prometheus_client::metrics::MetricType;

use super::{PREFIX, table::ALL};

fn path(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The names of the series of all metrics.
fn series() -> BTreeSet<String> {
    let names = ALL.iter().flat_map(|metric| {
        let suffixes: &[&str] = match metric.kind {
            MetricType::Counter => &["_total"],
            MetricType::Histogram => &["_bucket", "_sum", "_count"],
            MetricType::Info => &["_info"],
            _ => &[""],
        };
        suffixes.iter().map(|suffix| format!("{PREFIX}_{}{suffix}", metric.name))
    });
    names.collect()
}

/// The table of metrics stands between the line that heads it and the next empty line. `UPDATE_DOCS=1` writes it.
#[test]
fn the_page_has_the_table_of_metrics() {
    const PAGE: &str = "docs/metrics.md";
    const HEAD: &str = "| Metric | Type | Labels | What |\n| --- | --- | --- | --- |\n";

    let page = read(PAGE);
    let (before, rest) = page.split_once(HEAD).expect("a table of metrics");
    let (table, after) = rest.split_once("\n\n").expect("something behind the table");
    let mut expected = String::new();
    for metric in ALL {
        let (suffix, kind) = match metric.kind {
            MetricType::Counter => ("_total", "counter"),
            MetricType::Histogram => ("", "histogram"),
            MetricType::Info => ("_info", "gauge"),
            _ => ("", "gauge"),
        };
        let labels = metric.labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
        writeln!(expected, "| `{PREFIX}_{}{suffix}` | {kind} | {labels} | {} |", metric.name, metric.help).unwrap();
    }
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path(PAGE), format!("{before}{HEAD}{expected}\n{after}")).expect("a page that can be written");
    } else {
        assert_eq!(format!("{table}\n"), expected, "run this test with UPDATE_DOCS=1");
    }
}

#[test]
fn dashboard_and_alerts_use_metrics_that_exist() {
    let series = series();
    for file in ["deploy/grafana.json", "deploy/alerts.yml", "auraxis-serve/tests/alerts_test.yml"] {
        let text = read(file);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let names: BTreeSet<_> = text.split(|c| !is_name(c)).filter(|word| word.starts_with("auraxis_")).collect();
        let unknown: Vec<_> =
            names.iter().filter(|name| !series.contains(**name) && **name != "auraxis_serve").collect();
        assert!(names.len() > 5 && unknown.is_empty(), "{file}: {unknown:?}");
    }
}

#[test]
fn names_follow_the_conventions() {
    let names: BTreeSet<_> = ALL.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), ALL.len(), "a name is taken twice");
    for metric in ALL {
        let name = metric.name;
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert!(!name.ends_with("_total") && !name.contains("_ms"), "{name}");
        assert!(matches!(metric.kind, MetricType::Histogram) <= name.ends_with("_seconds"), "{name}");
        assert!(!metric.help.ends_with('.') && !metric.help.contains(['\n', '\\', '|']), "{name}: {}", metric.help);
    }
}
