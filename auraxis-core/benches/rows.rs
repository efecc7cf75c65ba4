//! The time to decode a reply with 5,000 characters: into their type, into `serde_json::Value`, and into handwritten
//! structs with a derived `Deserialize`.
//!
//! `cargo bench -p auraxis-core --bench rows`

use std::{
    fmt::Write as _,
    hint::black_box,
    time::{Duration, Instant},
};

use auraxis_core::{
    census::{Query, Reply},
    ps2::Character,
};
use serde::Deserialize;
use serde_json::Value;

const ROWS: usize = 5000;

/// The number of measurements of each variant, interleaved so that load on the machine affects all of them equally.
const ROUNDS: usize = 41;

/// A row with derived traits. It ignores unknown fields and keeps numbers as strings.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read, and not looked at")]
struct Plain {
    character_id: String,
    name: PlainName,
    faction_id: String,
    head_id: String,
    title_id: String,
    times: PlainTimes,
    certs: PlainCerts,
    battle_rank: PlainRank,
    profile_id: String,
    daily_ribbon: PlainRibbon,
    prestige_level: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, and not looked at")]
struct PlainTimes {
    creation: String,
    creation_date: String,
    last_save: String,
    last_save_date: String,
    last_login: String,
    last_login_date: String,
    login_count: String,
    minutes_played: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, and not looked at")]
struct PlainName {
    first: String,
    first_lower: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, and not looked at")]
struct PlainCerts {
    earned_points: String,
    gifted_points: String,
    spent_points: String,
    available_points: String,
    percent_to_next: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, and not looked at")]
struct PlainRank {
    percent_to_next: String,
    value: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, and not looked at")]
struct PlainRibbon {
    count: String,
    time: String,
    date: String,
}

#[derive(Deserialize)]
struct PlainAnswer {
    character_list: Vec<Plain>,
}

fn body() -> Vec<u8> {
    let mut text = String::from(r#"{"character_list":["#);
    for row in 0..ROWS {
        let comma = if row == 0 { "" } else { "," };
        write!(
            text,
            r#"{comma}{{"character_id":"{}","name":{{"first":"Planetman{row}","first_lower":"planetman{row}"}},"faction_id":"{}","head_id":"{}","title_id":"{}","times":{{"creation":"1353785255","creation_date":"2012-11-24 19:27:35.0","last_save":"1669320455","last_save_date":"2022-11-24 20:07:35.0","last_login":"1669318055","last_login_date":"2022-11-24 19:27:35.0","login_count":"{row}","minutes_played":"{}"}},"certs":{{"earned_points":"71543","gifted_points":"24187","spent_points":"95000","available_points":"730","percent_to_next":"0.2533333333"}},"battle_rank":{{"percent_to_next":"64","value":"{}"}},"profile_id":"{}","daily_ribbon":{{"count":"3","time":"1669276800","date":"2022-11-24 08:00:00.0"}},"prestige_level":"{}"}}"#,
            5_428_010_618_015_189_713 + row,
            row % 4 + 1,
            row % 8 + 1,
            row % 70,
            row * 17,
            row % 120 + 1,
            row % 30,
            row % 3,
        )
        .expect("strings can be written to");
    }
    write!(text, r#"],"returned":{ROWS}}}"#).expect("strings can be written to");
    text.into_bytes()
}

fn main() {
    let body = body();
    let query = Query::of::<Character>().limit(5000);
    let ways: [(&str, &dyn Fn() -> usize); 3] = [
        ("typed rows", &|| black_box(Reply::ok(&body).rows::<Character>(&query).expect("an answer")).rows.len()),
        ("serde_json::Value", &|| {
            let value: Value = black_box(serde_json::from_slice(&body).expect("JSON"));
            value["character_list"].as_array().map_or(0, Vec::len)
        }),
        ("plain derived structs", &|| {
            let answer: PlainAnswer = black_box(serde_json::from_slice(&body).expect("rows"));
            answer.character_list.len()
        }),
    ];
    let mut times = ways.map(|_| Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        for ((_, read), times) in ways.iter().zip(&mut times) {
            let start = Instant::now();
            assert_eq!(read(), ROWS);
            times.push(start.elapsed());
        }
    }
    println!("{ROWS} characters, {} KiB; median of {ROUNDS}", body.len() / 1024);
    let medians = times.map(median);
    for ((name, _), median) in ways.iter().zip(medians) {
        let ratio = median.as_secs_f64() / medians[0].as_secs_f64();
        println!("{name:24} {:6.2} ms   {ratio:.2} × typed rows", median.as_secs_f64() * 1000.0);
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
