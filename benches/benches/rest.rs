//! The REST API: decoding a reply, and looking up cached rows.
//!
//! `cargo bench -p auraxis-bench --bench rest`
#![allow(missing_docs, clippy::cast_possible_truncation, clippy::unwrap_used)]

use std::{hint::black_box, time::Duration};

use auraxis::{
    census::{Cache, Census, Query, Reply, Row},
    prelude::*,
    ps2::CharactersEvent,
};
use auraxis_sim::Sim;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use serde::de::DeserializeOwned;

/// How many rows a reply has: the maximum of the server for one page.
const ROWS: u64 = 5_000;

/// How many different rows are looked up in an iteration.
const LOOKUPS: u32 = 500;

fn replies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rest");
    group.throughput(Throughput::Elements(ROWS)).sample_size(50);
    compare::<Character, plain::Character>(&mut group, "rows", character);
    compare::<Item, plain::Item>(&mut group, "items", item);
    compare::<CharactersEvent, plain::Event>(&mut group, "events", event);
    group.finish();
}

/// Compares a row type with a plain struct. Freeing the rows is not measured.
fn compare<T: Row, P: DeserializeOwned>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    rows: &str,
    row: impl Fn(u64) -> String,
) {
    let query = Query::of::<T>();
    let list: Vec<_> = (0..ROWS).map(row).collect();
    let body = format!(r#"{{"{}":[{}],"returned":{ROWS}}}"#, query.list_name(), list.join(","));
    let read = || Reply::ok(black_box(body.as_bytes())).rows::<T>(&query).unwrap().rows;
    let read_plain = || serde_json::from_slice::<plain::Body<P>>(black_box(body.as_bytes())).unwrap().rows;
    assert_eq!((read().len(), read_plain().len()), (list.len(), list.len()));
    group.bench_function(format!("5,000 {rows}/auraxis"), |bencher| bencher.iter_with_large_drop(read));
    group.bench_function(format!("5,000 {rows}/serde_json, plain structs"), |bencher| {
        bencher.iter_with_large_drop(read_plain);
    });
}

fn cached_lookup(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (census, ids) = runtime.block_on(async {
        let sim = Sim::builder().start().await.unwrap();
        let cache = Cache::new(4_096, 3_600);
        let census = Census::builder().rest_url(sim.rest_url()).service_id("s:bench").cache_of::<Character>(cache);
        let census = census.build().unwrap();
        let characters = census.find::<Character>().limit(LOOKUPS).await.unwrap();
        let ids: Vec<_> = characters.iter().map(|character| character.character_id).collect();
        assert_eq!(census.get_by_ids::<Character>(&ids).await.unwrap().len(), LOOKUPS as usize);
        // From here on, only the cache can answer.
        sim.shutdown().await;
        (census, ids)
    });
    let mut group = criterion.benchmark_group("rest");
    group.throughput(Throughput::Elements(LOOKUPS.into())).measurement_time(Duration::from_secs(3));
    group.bench_function("cached look-up", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                for id in &ids {
                    black_box(census.get_by_id::<Character>(black_box(*id)).await.unwrap().unwrap());
                }
            });
        });
    });
    group.finish();
}

/// A row of about 800 bytes, most of it in objects. Every fourth character has no title.
fn character(number: u64) -> String {
    let id = 5_428_010_618_015_189_601 + 2 * number;
    let (title, level, minutes) = ([100, 0, 82, 7][number as usize % 4], number % 121, 40 + 13 * number);
    let time = 1_353_427_357 + 9_973 * number;
    format!(
        r#"{{"character_id":"{id}","name":{{"first":"Planetman{number}","first_lower":"planetman{number}"}},"faction_id":"{}","head_id":"{}","title_id":"{title}","times":{{"creation":"{time}","creation_date":"2012-11-20 16:02:37.0","last_save":"{}","last_save_date":"2022-11-24 21:02:51.0","last_login":"{}","last_login_date":"2022-11-24 20:07:35.0","login_count":"{}","minutes_played":"{minutes}"}},"certs":{{"earned_points":"{}","gifted_points":"{}","spent_points":"{}","available_points":"{}","percent_to_next":"0.{id}"}},"battle_rank":{{"percent_to_next":"{}","value":"{level}"}},"profile_id":"{}","daily_ribbon":{{"count":"{}","time":"1669248000","date":"2022-11-24 00:00:00.0"}},"prestige_level":"{}"}}"#,
        1 + number % 3,
        1 + number % 8,
        time + 98_765,
        time + 96_321,
        1 + minutes / 43,
        3 * minutes,
        minutes + 520,
        3 * minutes + 480,
        minutes / 5,
        number % 100,
        1 + number % 21,
        number % 6,
        number % 3,
    )
}

/// A row of about 1,200 bytes, most of it texts in six languages.
fn item(number: u64) -> String {
    let name = ["NS-11A", "Betelgeuse 54-A", "Lasher X2", "G30 Vulcan", "T9 CARV"][number as usize % 5];
    format!(
        r#"{{"item_id":"{}","item_type_id":"26","item_category_id":"{}","activatable_ability_id":"{}","is_vehicle_weapon":"0","name":{{"de":"{name}-Gewehr","en":"{name} Rifle","es":"Rifle {name}","fr":"Fusil {name}","it":"Fucile {name}","tr":"{name} Tüfeği"}},"description":{{"de":"Das in Anlehnung an frühere Modelle entwickelte Gewehr überzeugt durch Präzision auf große Entfernung. Kann {number} Mal verbessert werden.","en":"Developed after earlier models, this rifle is known for its accuracy at long range. Can be improved {number} times.","es":"Desarrollado a partir de modelos anteriores, este rifle destaca por su precisión a larga distancia. Se puede mejorar {number} veces.","fr":"Développé d'après des modèles antérieurs, ce fusil est réputé pour sa précision à longue portée. Peut être amélioré {number} fois.","it":"Sviluppato sulla base di modelli precedenti, questo fucile è noto per la sua precisione a lunga distanza. Migliorabile {number} volte."}},"faction_id":"{}","max_stack_size":"1","image_set_id":"{}","image_id":"{}","image_path":"/files/ps2/images/static/{}.png","is_default_attachment":"0"}}"#,
        1 + number,
        2 + number % 20,
        1 + number % 900,
        number % 4,
        1 + number % 9_000,
        3 + number,
        3 + number,
    )
}

/// A flat row of about 400 bytes. Three of four attackers are on foot, which is a vehicle 0.
fn event(number: u64) -> String {
    let id = 5_428_010_618_015_189_601 + 2 * number;
    format!(
        r#"{{"attacker_character_id":"{id}","attacker_fire_mode_id":"{}","attacker_loadout_id":"{}","attacker_vehicle_id":"{}","attacker_weapon_id":"{}","character_id":"{}","character_loadout_id":"{}","event_type":"DEATH","is_critical":"0","is_headshot":"{}","table_type":"kills","timestamp":"{}","world_id":"17","zone_id":"{}"}}"#,
        26_000 + number % 999,
        1 + number % 21,
        [0, 0, 0, 4][number as usize % 4],
        1 + number % 7_000,
        id + 31_416,
        1 + number % 20,
        number % 2,
        1_669_248_000 + number,
        [2, 4, 6, 8][number as usize % 4],
    )
}

/// What a user would write by hand.
///
/// The server writes every value as a string. Numbers are parsed from a borrowed `&str`, which is the fastest way. These
/// structs do less than the rows of auraxis: unknown fields are dropped; `"NULL"`, an id `"-1"`, and numbers that are not
/// strings are errors; an id `"0"` is `Some(0)`.
mod plain {
    use std::{fmt::Display, str::FromStr};

    use serde::{Deserialize, Deserializer, de::Error};

    #[derive(Deserialize)]
    pub(super) struct Body<T> {
        #[serde(alias = "character_list", alias = "item_list", alias = "characters_event_list")]
        pub(super) rows: Vec<T>,
    }

    fn number<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<T, D::Error> {
        <&str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }

    fn some<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
        number(deserializer).map(Some)
    }

    fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
        Ok(Some(<&str>::deserialize(deserializer)? == "1"))
    }

    /// Structs of objects, required numbers, optional numbers, flags and texts.
    macro_rules! structs {
        ($(
            $name:ident {
                $($object:ident: $type:ty),*;
                $($required:ident: $id:ty),*;
                $($optional:ident: $number:ty),*;
                $($flag:ident),*;
                $($text:ident),*;
            }
        )*) => {$(
            #[derive(Default, Deserialize)]
            #[allow(dead_code, clippy::struct_field_names)]
            pub(super) struct $name {
                $(#[serde(default)] $object: $type,)*
                $(#[serde(deserialize_with = "number")] $required: $id,)*
                $(#[serde(default, deserialize_with = "some")] $optional: Option<$number>,)*
                $(#[serde(default, deserialize_with = "flag")] $flag: Option<bool>,)*
                $($text: Option<String>,)*
            }
        )*};
    }

    structs! {
        Character {
            name: Name, times: Times, certs: Certs, battle_rank: BattleRank, daily_ribbon: DailyRibbon;
            character_id: u64;
            faction_id: u32, head_id: u32, title_id: u32, profile_id: u32, prestige_level: u32;;;
        }
        Name { ;;;; first, first_lower; }
        Times {
            ;; creation: i64, last_save: i64, last_login: i64, login_count: u32, minutes_played: u32;;
            creation_date, last_save_date, last_login_date;
        }
        Certs {
            ;; earned_points: i64, gifted_points: i64, spent_points: i64, available_points: i64, percent_to_next: f64;;;
        }
        BattleRank { ;; percent_to_next: f64, value: u32;;; }
        DailyRibbon { ;; count: u32, time: i64;; date; }
        Item {
            description: Localized, name: Localized;
            item_id: u32;
            activatable_ability_id: u32, faction_id: u32, image_id: u32, image_set_id: u32, item_category_id: u32,
            item_type_id: u32, passive_ability_id: u32, skill_set_id: u32, max_stack_size: i32;
            is_default_attachment, is_vehicle_weapon;
            image_path;
        }
        Localized { ;;;; de, en, es, fr, it, tr; }
        Event {
            ;
            world_id: u32;
            achievement_id: u32, attacker_character_id: u64, attacker_fire_mode_id: u32, attacker_loadout_id: u32,
            attacker_vehicle_id: u32, attacker_weapon_id: u32, character_id: u64, character_loadout_id: u32,
            facility_id: u32, faction_id: u32, item_id: u32, outfit_id: u64, projectile_id: u32,
            vehicle_definition_id: u32, zone_id: u32, attacker_player_guid: u64, battle_rank: u32, item_count: u32,
            timestamp: i64;
            is_critical, is_headshot;
            context, event_type, table_type;
        }
    }
}

criterion_group!(rest, replies, cached_lookup);
criterion_main!(rest);
