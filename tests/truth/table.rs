//! The table of scenarios in `docs/truth.md`.

use std::{fmt::Write as _, fs, path::Path};

use auraxis_sim::Score;

use crate::{outcome::Outcome, scenario::Scenario};

type Results = [(Scenario, Outcome)];

const HEAD: &str = "| Scenario | once | twice | reported | silent | ambiguous | small silence |
| --- | --: | --: | --: | --: | --: | --: |
";

pub fn text(single: &Results, redundant: &Results, storms: &Results, pairs: &Results) -> String {
    let mut text = String::new();
    rows(&mut text, "Each fault alone", single);
    rows(&mut text, "Two redundant links, one with a fault", redundant);
    rows(&mut text, "Storms", storms);
    let unclean: Vec<_> = pairs.iter().filter(|(_, outcome)| !outcome.score.is_honest()).collect();
    let _ = writeln!(text, "\n**{} pairs of faults**, of which {} are listed:\n", pairs.len(), unclean.len());
    text.push_str(HEAD);
    for (scenario, outcome) in unclean {
        row(&mut text, &scenario.name, figures(&outcome.score));
    }
    total(&mut text, "all pairs", pairs);
    text
}

fn rows(text: &mut String, title: &str, results: &Results) {
    let _ = writeln!(text, "\n**{title}**\n\n{}", HEAD.trim_end());
    for (scenario, outcome) in results {
        row(text, &format!("`{}`", scenario.script.replace('\n', "`<br>`")), figures(&outcome.score));
    }
    total(text, "total", results);
}

fn total(text: &mut String, name: &str, results: &Results) {
    let mut sum = [0; 6];
    for (_, outcome) in results {
        for (sum, figure) in sum.iter_mut().zip(figures(&outcome.score)) {
            *sum += figure;
        }
    }
    row(text, &format!("**{name}**"), sum);
}

fn figures(score: &Score) -> [u64; 6] {
    [score.once, score.twice.len() as u64, score.reported, score.silent.len() as u64, score.ambiguous, score.small]
}

fn row(text: &mut String, name: &str, figures: [u64; 6]) {
    let figures = figures.map(|figure| figure.to_string()).join(" | ");
    let _ = writeln!(text, "| {name} | {figures} |");
}

/// Replaces the text between the markers of this name.
pub fn write(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/truth.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- end of {name} -->"));
    let (before, rest) = page.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    fs::write(path, format!("{before}{begin}\n{}\n{end}{after}", text.trim())).unwrap();
}
