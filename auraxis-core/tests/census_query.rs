//! Queries as URLs, and invalid queries.

use auraxis_core::{
    census::{
        Collection as _, Join, Modifier, Query, QueryError, Test, Tree, Verb, any_of, contains, eq, ge, gt, le, lt, ne,
        starts_with,
    },
    environment::Environment,
    id::{CharacterId, WorldId, ZoneId},
    ps2::{
        Character, CharactersEvent, CharactersWorld, GameServerStatus, Item, Leaderboard, Locale, Map, MapRegion,
        Title, World,
    },
    time::Timestamp,
};
use serde_json::value::RawValue;

const BASE: &str = "https://census.daybreakgames.com";

/// The part of the URL after the collection.
fn tail(query: &Query) -> String {
    let url = query.url("", None, Verb::Get);
    url.split_once('?').map(|(_, tail)| tail.to_owned()).unwrap_or_default()
}

#[test]
fn the_path_holds_service_id_verb_namespace_and_collection() {
    let item = || Query::new("item");
    let table = [
        (item().url(BASE, Some("s:example"), Verb::Get), "/s:example/get/ps2/item"),
        (item().url(BASE, Some("example"), Verb::Count), "/s:example/count/ps2/item"),
        (item().url(BASE, None, Verb::Get), "/get/ps2/item"),
        (item().environment(Environment::Ps4Eu).url(BASE, None, Verb::Get), "/get/ps2ps4eu/item"),
        (item().namespace("ps2:v2").or_environment(Environment::Ps4Us).url(BASE, None, Verb::Get), "/get/ps2:v2/item"),
        (item().or_environment(Environment::Ps4Us).url(BASE, None, Verb::Get), "/get/ps2ps4us/item"),
        (Query::datatypes().url(BASE, Some("s:example"), Verb::Get), "/s:example/get/ps2"),
        (
            Query::new("game_server_status").namespace("global").filter("game_code", "ps2").limit(100).url(
                BASE,
                None,
                Verb::Get,
            ),
            "/get/global/game_server_status?game_code=ps2&c:limit=100",
        ),
    ];
    for (url, expected) in table {
        assert_eq!(url, format!("{BASE}{expected}"));
    }
    assert_eq!(item().url("http://127.0.0.1:4000/", None, Verb::Get), "http://127.0.0.1:4000/get/ps2/item");
}

/// The example URLs of the server's documentation and its users.
#[test]
fn the_builder_writes_urls_that_are_known_to_work() {
    let example = |query: &Query, verb| query.url(BASE, Some("s:example"), verb);
    let get = |query: Query| example(&query, Verb::Get);
    let q = Query::new;
    let table = [
        // The path: verbs and namespaces, of this game and of others.
        (example(&q("character"), Verb::Count), "count/ps2/character"),
        (get(Query::datatypes()), "get/ps2"),
        (get(q("item").namespace("ps2:v1")), "get/ps2:v1/item"),
        (get(q("item").namespace("ps2:v2")), "get/ps2:v2/item"),
        (get(q("item").environment(Environment::Pc)), "get/ps2/item"),
        (get(q("item").environment(Environment::Ps4Us)), "get/ps2ps4us/item"),
        (get(q("item").namespace("ps2ps4us:v2")), "get/ps2ps4us:v2/item"),
        (get(q("item").environment(Environment::Ps4Eu)), "get/ps2ps4eu/item"),
        (get(q("item").namespace("ps2ps4eu:v2")), "get/ps2ps4eu:v2/item"),
        (get(Query::datatypes().namespace("eq2")), "get/eq2"),
        (get(q("item").namespace("dcuo:v1")), "get/dcuo:v1/item"),
        // How busy the servers are, of all and of one.
        (
            get(Query::of::<GameServerStatus>().filter("game_code", "ps2").limit(100)),
            "get/global/game_server_status?game_code=ps2&c:limit=100",
        ),
        (
            get(Query::of::<GameServerStatus>().filter("game_code", "ps2").filter("name", starts_with("Osprey"))),
            "get/global/game_server_status?game_code=ps2&name=^Osprey",
        ),
        // Terms.
        (get(q("character").filter("character_id", any_of([1, 2, 3]))), "get/ps2/character?character_id=1,2,3"),
        (get(q("character").filter("name.first_lower", "higby")), "get/ps2/character?name.first_lower=higby"),
        (get(q("outfit").filter("alias_lower", "fno")), "get/ps2/outfit?alias_lower=fno"),
        (get(q("item").filter("name.en", contains("VS"))), "get/ps2/item?name.en=*VS"),
        (get(q("item").filter("item_id", "bogus")), "get/ps2/item?item_id=bogus"),
        (get(q("item").filter("invalid_field", "Bogus")), "get/ps2/item?invalid_field=Bogus"),
        // Commands.
        (get(q("item").show(["invalid_field"])), "get/ps2/item?c:show=invalid_field"),
        (get(q("character").sort("a").sort_descending("b")), "get/ps2/character?c:sort=a,b:-1"),
        (
            get(q("character").resolve_fields("outfit", &["alias", "name"])),
            "get/ps2/character?c:resolve=outfit(alias,name)",
        ),
        (get(q("item").ignore_case()), "get/ps2/item?c:case=0"),
        (get(q("item").raw("c:limit=Bogus")), "get/ps2/item?c:limit=Bogus"),
        (
            get(q("item").tree(Tree::by("field").prefix("p").list().start("path"))),
            "get/ps2/item?c:tree=field^prefix:p^list:1^start:path",
        ),
        // Joins: what a character plays on, what an outfit's newest members are called, who holds which base.
        (
            get(q("character")
                .filter("name.first_lower", "higby")
                .join(Join::new("characters_world").on("character_id").inject_at("world"))),
            "get/ps2/character?name.first_lower=higby&c:join=characters_world^on:character_id^inject_at:world",
        ),
        (
            get(q("outfit_member")
                .filter("outfit_id", 37_562_651_025_751_157_u64)
                .show(["character_id", "member_since"])
                .sort_descending("member_since")
                .limit(10)
                .join(Join::new("character").show(["name.first"]).inject_at("character_name"))),
            "get/ps2/outfit_member?outfit_id=37562651025751157&c:show=character_id,member_since&c:sort=member_since:-1\
             &c:limit=10&c:join=character^show:name.first^inject_at:character_name",
        ),
        (
            get(Query::of::<Map>()
                .filter("world_id", 1)
                .filter("zone_ids", 2)
                .join(Join::of::<MapRegion>().on("Regions.Row.RowData.RegionId").to("map_region_id"))),
            "get/ps2/map?world_id=1&zone_ids=2&c:join=map_region^on:Regions.Row.RowData.RegionId^to:map_region_id",
        ),
        (
            get(q("collection").join(
                Join::new("type")
                    .on("parent")
                    .to("child")
                    .list()
                    .inner()
                    .show(["a", "b"])
                    .hide(["a", "b"])
                    .inject_at("key")
                    .filter("f", "v")
                    .filter("g", gt(1))
                    .join(Join::new("nested"))
                    .join(Join::new("nested")),
            )),
            "get/ps2/collection?c:join=type^on:parent^to:child^list:1^outer:0^show:a'b^hide:a'b^inject_at:key\
             ^terms:f=v'g=%3E1(nested,nested)",
        ),
        // Collections that are asked in their own way.
        (
            get(Query::of::<CharactersEvent>().filter("character_id", 1).filter("type", "DEATH").limit(1000)),
            "get/ps2/characters_event?character_id=1&type=DEATH&c:limit=1000",
        ),
        (
            get(Query::of::<Leaderboard>().filter("name", "Kills").filter("period", "Forever").limit(50)),
            "get/ps2/leaderboard?name=Kills&period=Forever&c:limit=50",
        ),
    ];
    for (url, expected) in table {
        assert_eq!(url, format!("{BASE}/s:example/{expected}"));
    }
    let sanctuary = q("fish").url("https://census.lithafalcon.cc", None, Verb::Get);
    assert_eq!(sanctuary, "https://census.lithafalcon.cc/get/ps2/fish");
}

#[test]
fn modifiers_are_prefixes_of_the_value() {
    let table: [(Test, &str); 18] = [
        (eq(7), "f=7"),
        (lt(7), "f=%3C7"),
        (le(7), "f=[7"),
        (gt(7), "f=%3E7"),
        (ge(7.5), "f=]7.5"),
        (starts_with("hig"), "f=^hig"),
        (contains("gby"), "f=*gby"),
        (ne("x"), "f=!x"),
        (any_of([1, 2, 3]), "f=1,2,3"),
        (any_of([CharacterId(5), CharacterId(7)]), "f=5,7"),
        ("text".into(), "f=text"),
        (String::from("text").into(), "f=text"),
        (WorldId::SOLTECH.into(), "f=40"),
        (Timestamp(1_611_528_247).into(), "f=1611528247"),
        (true.into(), "f=1"),
        (Test::new(Modifier::NotEqual, 3), "f=!3"),
        // What means something in an address is encoded.
        ("a,b c&d=e^f'g(h)#i%j/ü".into(), "f=a%2Cb%20c%26d%3De%5Ef%27g%28h%29%23i%25j%2F%C3%BC"),
        (starts_with("-._~*"), "f=^-._~%2A"),
    ];
    for (test, expected) in table {
        assert_eq!(tail(&Query::new("c").filter("f", test)), expected);
    }
    assert_eq!(Modifier::ALL.map(Modifier::prefix), ["", "<", "[", ">", "]", "^", "*", "!"]);
}

#[test]
fn several_terms_are_all_there_in_their_order() {
    let query = Query::new("character")
        .filter("name.first_lower", starts_with("higby"))
        .filter("battle_rank.value", ge(10))
        .filter("battle_rank.value", lt(20));
    assert_eq!(tail(&query), "name.first_lower=^higby&battle_rank.value=]10&battle_rank.value=%3C20");
}

#[test]
fn commands_are_written_where_they_differ_from_the_default() {
    let q = || Query::new("c");
    let table = [
        (q(), ""),
        (q().limit(1).start(0), ""),
        (q().show(["a", "name.first"]), "c:show=a,name.first"),
        (q().hide(["a", "b"]), "c:hide=a,b"),
        (q().show(["a"]).hide(["b"]), "c:show=a"),
        (q().sort("a").sort_descending("b.c"), "c:sort=a,b.c:-1"),
        (q().has("a").has("b"), "c:has=a,b"),
        (q().resolve("world").resolve_fields("outfit", &["alias", "name"]), "c:resolve=world,outfit(alias,name)"),
        (q().ignore_case(), "c:case=0"),
        (q().limit(50), "c:limit=50"),
        (q().limit_per_db(3), "c:limitPerDB=3"),
        (q().start(20), "c:start=20"),
        (q().include_null(), "c:includeNull=1"),
        (q().lang(Locale::De), "c:lang=de"),
        (q().tree(Tree::by("a")), "c:tree=a"),
        (q().timing(), "c:timing=1"),
        (q().exact_match_first(), "c:exactMatchFirst=1"),
        (q().distinct("a"), "c:distinct=a"),
        (q().no_retry(), "c:retry=0"),
        (q().raw("c:new=a^b").limit(2), "c:limit=2&c:new=a^b"),
        (q().limit_if_supported(5), "c:limit=5"),
        (Query::of::<CharactersWorld>().limit_if_supported(5), ""),
    ];
    for (query, expected) in table {
        assert_eq!(tail(&query), expected);
    }
}

#[test]
fn commands_keep_one_order_however_they_are_given() {
    let query = Query::new("c")
        .no_retry()
        .distinct("d")
        .exact_match_first()
        .timing()
        .tree(Tree::by("field").prefix("p").list().start("path"))
        .join(Join::new("j"))
        .lang(Locale::En)
        .include_null()
        .start(5)
        .limit(10)
        .ignore_case()
        .resolve("r")
        .has("h")
        .sort("s")
        .show(["a"])
        .filter("f", 1);
    assert_eq!(
        tail(&query),
        "f=1&c:show=a&c:sort=s&c:has=h&c:resolve=r&c:case=0&c:limit=10&c:start=5&c:includeNull=1&c:lang=en&c:join=j\
         &c:tree=field^prefix:p^list:1^start:path&c:timing=1&c:exactMatchFirst=1&c:distinct=d&c:retry=0"
    );
}

#[test]
fn joins_have_keys_terms_children_and_siblings() {
    let join = || Join::new("item");
    let table = [
        (join(), "item"),
        (join().on("a"), "item^on:a"),
        (join().on("a").to("b"), "item^on:a^to:b"),
        (join().list(), "item^list:1"),
        (join().inner(), "item^outer:0"),
        (join().show(["a", "b"]), "item^show:a'b"),
        (join().hide(["a", "b"]), "item^hide:a'b"),
        (join().inject_at("here"), "item^inject_at:here"),
        (join().filter("f", "v").filter("g", gt(1)), "item^terms:f=v'g=%3E1"),
        (join().join(Join::new("x")).join(Join::new("y").join(Join::new("z"))), "item(x,y(z))"),
        (Join::of::<Title>().on("title_id"), "title^on:title_id"),
    ];
    for (join, expected) in table {
        assert_eq!(tail(&Query::new("c").join(join)), format!("c:join={expected}"));
    }
    let full = Join::new("collection")
        .on("parent")
        .to("child")
        .list()
        .inner()
        .show(["a", "b"])
        .inject_at("key")
        .filter("f", "v")
        .filter("g", ge(1))
        .join(Join::new("nested"));
    assert_eq!(
        tail(&Query::new("c").join(full).join(Join::new("sibling"))),
        "c:join=collection^on:parent^to:child^list:1^outer:0^show:a'b^inject_at:key^terms:f=v'g=]1(nested),sibling"
    );
}

#[test]
fn inner_joins_tell_which_rows_they_drop() {
    let query = Query::new("c")
        .join(Join::new("x").on("a").inner())
        .join(Join::new("y").inner().inject_at("here.y"))
        .join(Join::new("z").inner())
        .join(Join::new("outer"));
    let is_matched = |json: &str| query.is_matched(&RawValue::from_string(json.to_owned()).unwrap());
    assert!(is_matched(r#"{"a_join_x":{},"here":{"y":[]},"b_join_z":{}}"#));
    for json in [
        r#"{"b_join_x":{},"here":{"y":[]},"b_join_z":{}}"#,
        r#"{"a_join_x":{},"here":{},"b_join_z":{}}"#,
        r#"{"a_join_x":{},"here":{"y":[]}}"#,
    ] {
        assert!(!is_matched(json), "{json}");
    }
    assert_eq!(tail(&query.keep_unmatched()), "c:join=x^on:a,y^inject_at:here.y,z,outer");
}

#[test]
fn a_full_page_is_not_the_last() {
    let after = |query: Query, found| query.next_page(found).map(|query| tail(&query));
    let next = |tail: &str| Some(tail.to_owned());
    assert_eq!(after(Query::new("c").limit(5), 5), next("c:limit=5&c:start=5"));
    assert_eq!(after(Query::new("c").limit(5).start(5), 4), None);
    assert_eq!(after(Query::new("c").limit(9000), 5000), next("c:limit=9000&c:start=5000"), "the server cut it");
    assert_eq!(after(Query::new("c").limit(9000), 0), None);
    assert_eq!(after(Query::new("c").limit_per_db(5), 73), next("c:limitPerDB=5&c:start=5"));
    assert_eq!(after(Query::of::<CharactersWorld>(), 1000), None, "all have come");
}

#[test]
fn count_queries_keep_only_what_selects_rows() {
    let query = Query::of::<Item>().filter("faction_id", 1).has("image_id").ignore_case().raw("c:new=1");
    let expected = tail(&query);
    let query = query.sort("item_id").show(["item_id"]).limit(9).start(9).join(Join::new("x").inner()).timing();
    assert_eq!(tail(&query.for_count()), expected);
}

#[test]
fn a_tree_writes_what_it_is_given() {
    let tree = |tree| tail(&Query::new("c").tree(tree));
    assert_eq!(tree(Tree::by("faction_id").list()), "c:tree=faction_id^list:1");
    assert_eq!(tree(Tree::by("a").start("stats.stat")), "c:tree=a^start:stats.stat");
}

#[test]
fn a_typed_query_knows_its_collection_and_id() {
    assert_eq!(
        Character::query(CharacterId(3)).url(BASE, None, Verb::Get),
        format!("{BASE}/get/ps2/character?character_id=3")
    );
    assert_eq!(Query::of::<Title>().list_name(), "title_list");
    assert_eq!(Query::datatypes().list_name(), "datatype_list");
}

#[test]
fn valid_queries_pass_the_check() {
    let possible = [
        Query::of::<Character>()
            .filter("name.first_lower", "higby")
            .show(["character_id", "name.first"])
            .resolve("world"),
        Query::of::<CharactersEvent>().filter("character_id", 1).filter("type", "DEATH").filter("after", 5).limit(1000),
        Query::of::<Leaderboard>().filter("name", "Kills").filter("period", "Forever").start(10).limit(50),
        Query::of::<Map>()
            .filter("world_id", WorldId::SOLTECH)
            .filter("zone_ids", any_of([ZoneId::INDAR, ZoneId::OSHUR])),
        Query::of::<Character>()
            .join(Join::of::<CharactersWorld>().inject_at("w"))
            .has("w.world_id")
            .sort("times.creation"),
        Query::new("character").filter("a_field_of_tomorrow", 1),
        Query::new("character").filter("name.first", ne("*abc")),
        Query::new("character").namespace("eq2").resolve("statistics"),
        Query::new("event").namespace("dcuo:v1"),
        Query::new("a_collection_of_tomorrow").ignore_case().limit_per_db(4),
    ];
    for query in possible {
        assert_eq!(query.check(Verb::Get), Ok(()));
    }
    assert_eq!(Query::of::<Character>().check(Verb::Count), Ok(()));
}

#[test]
fn invalid_queries_are_rejected_with_what_to_write() {
    let world = || Query::of::<CharactersWorld>().filter("character_id", 1);
    let search = |text| Query::of::<Item>().filter("name.en", contains(text));
    let joined = |test: Test| Query::new("c").join(Join::new("x").join(Join::new("y").filter("f", test)));
    let table = [
        (
            world().sort("world_id"),
            "`characters_world` does not support the command `c:sort`; it supports c:join, c:tree, c:timing, c:retry",
        ),
        (world().limit(2), "does not support the command `c:limit`"),
        (Query::of::<CharactersWorld>(), "requires a term for `character_id`; add `.filter(\"character_id\", …)`"),
        (Query::new("leaderboard").filter("name", "Kills"), "requires a term for `period`"),
        (search("VS"), "cannot search `name.en` for `VS`: a text search requires at least 3 characters"),
        (search("äö"), "at least 3 characters"),
        (
            Query::of::<Item>().filter("item_idd", 1),
            "`item` has no field `item_idd`; a field with a similar name exists: `item_id`; for",
        ),
        (Query::of::<Item>().filter("nam.en", "x"), "a field with a similar name exists: `name`"),
        (Query::of::<Item>().sort_descending("xyzzyplugh"), "no field `xyzzyplugh:-1`; for a field that this version"),
        (Query::of::<MapRegion>().show(["map_region_id"]), "cannot be decoded without `zone_id`; show it"),
        (Query::of::<Character>().hide(["character_id"]), "cannot be decoded without `character_id`"),
        (Query::of::<Character>().resolve("wolrd"), "cannot resolve `wolrd`; it resolves item, item_full"),
        (Query::new("title").resolve("world"), "`title` cannot resolve `world`; it resolves nothing, so use a join"),
        (Query::of::<World>().filter("name.en", "Osprey"), "`world` cannot be searched by `name.en`; get all rows"),
        (Query::new("c").limit(0), "a limit of 0 returns no rows"),
        (Query::new("c").limit(2).limit_per_db(2), "cannot be used with `limit_per_db`"),
        (Query::new("c").filter("f", ""), "the term for `f` has no value"),
        (Query::new("c").filter("f", "*abc"), "cannot compare `f` with `*abc`: `*` has a special meaning"),
        (Query::new("c").filter("f", "!1"), "`!` has a special meaning"),
        (
            Query::new("c").filter("f", "a,b"),
            "`,` has a special meaning to the server; use `any_of` for several values",
        ),
        (Query::new("c").filter("f", starts_with("abc,def")), "`,` has a special meaning"),
        (Query::new("c").filter("f", any_of::<u32>([])), "the term for `f` has no value"),
        (joined(starts_with("abc")), "a join cannot search `f`"),
        (joined(contains("abc")), "a join cannot search `f`"),
        (joined(eq("O'Neil")), "a join cannot compare `f` with `O'Neil`: `'` separates the parts of a join"),
        (joined(eq("")), "has no value"),
        (joined(any_of([1, 2])), "a join cannot compare `f` with `1,2`: `,` separates the parts of a join"),
        (
            Query::of::<CharactersEvent>().filter("character_id", 1).limit(2).next_page(2).unwrap(),
            "`characters_event` does not support the command `c:start`",
        ),
    ];
    for (query, expected) in table {
        let error = query.check(Verb::Get).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nshould contain: {expected}");
    }
    assert_eq!(world().check(Verb::Count), Err(QueryError::NotCounted("characters_world")));
}
