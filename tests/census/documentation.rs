//! The map of auraxium's names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::*;

/// auraxium's types and what they have besides attributes, by the names it gives them.
const AURAXIUM: &str = "
    Client count find get get_by_id get_by_name request latency endpoint close
    Ability resource_type type
    AbilityType
    Achievement image objectives reward
    ArmourInfo facing
    Character achievements currency directive directive_objective directive_tier directive_tree events events_grouped \
        faction friends get_online items is_online name_long online_status outfit outfit_member profile skill stat \
        stat_by_faction stat_history title weapon_stat weapon_stat_by_faction world
    Currency
    Directive image objectives tier tree
    DirectiveTier image directives rewards tree
    DirectiveTree image category directives tiers
    DirectiveTreeCategory trees
    Effect resist_type target_type type
    EffectType
    Experience experience_award_type
    ExperienceAwardType
    ExperienceRank image
    FacilityType
    Faction image tag
    FireGroup fire_modes
    FireMode type state_groups projectile
    Fish image
    Item image attachments category faction datasheet profiles type weapon
    ItemCategory
    ItemType
    Loadout armour_info faction profile resist_info
    MapHex map_region
    MapRegion get_by_facility_id get_connected zone
    MarketingBundle image items
    MarketingBundleSingle item
    MetagameEvent
    Objective get_by_objective_group get_by_objective_set type
    ObjectiveType
    Outfit tag leader members ranks
    OutfitMember character outfit
    Profile armour_info resist_info
    Projectile flight_type
    Region map_region zone
    ResistInfo type
    ResistType
    ResourceType
    Reward get_by_reward_group get_by_reward_set type
    RewardType
    Skill image grant_item skill_line
    SkillCategory image skill_lines skill_set
    SkillLine image category skills
    SkillSet image categories required_item
    Title
    Vehicle image factions get_by_faction skill_sets
    VehicleAttachment faction item vehicle
    Weapon is_heat_weapon ammo_slots attachments datasheet fire_groups item
    World events map status
    Zone is_dynamic
    ZoneEffect ability type
    ZoneEffectType
    ArmourFacing
    FireModeType
    MetagameEventState
    PlayerState
    ProjectileFlightType
    TargetType
    Period
    Stat by_char by_char_multi top
";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(root().join("docs/census.md")).unwrap()
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).expect("a source"));
        }
    }
}

/// The name of what a line begins to define: an `impl`, a trait, or a type in one of the tables.
fn defined(line: &str) -> Option<&str> {
    let head = line.trim_start();
    let head = match head.strip_prefix("impl") {
        Some(rest) => rest.split_once("> ").filter(|_| rest.starts_with('<')).map_or(rest, |(_, rest)| rest),
        None => head.strip_prefix("pub trait ").or_else(|| head.strip_prefix("pub struct ")).unwrap_or(head),
    };
    let head = head.rsplit(" for ").next().unwrap_or(head).trim_start();
    let name = &head[..head.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(head.len())];
    (name.starts_with(char::is_uppercase) && (line.ends_with('{') || line.contains(" = \""))).then_some(name)
}

/// All that is defined for each type.
fn definitions() -> HashMap<String, String> {
    let mut text = String::new();
    for folder in ["auraxis-core/src/census", "auraxis-core/src/ps2", "auraxis-runtime/src"] {
        sources(&root().join(folder), &mut text);
    }
    let mut all: HashMap<String, String> = HashMap::new();
    let mut of: Option<(&str, usize)> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        match of {
            Some((_, outer)) if indent <= outer && line.trim_start() == "}" => of = None,
            Some((name, _)) => all.entry(name.to_owned()).or_default().extend([line, "\n"]),
            None => of = defined(line).filter(|_| indent <= 4).map(|name| (name, indent)),
        }
    }
    all
}

/// Tables hold relations as `one title(`, everything else is a `fn` or a constant. An image is a method of every type
/// with an `image_id`.
#[test]
fn the_methods_that_auraxium_is_mapped_to_exist() {
    let definitions = definitions();
    let boards = fs::read_to_string(root().join("auraxis-core/src/ps2/leaderboard.rs")).unwrap();
    let page = page();
    let (_, page) = page.split_once("## The client").unwrap();
    let names: HashSet<_> = page.split('`').filter_map(|name| name.split_once("::")).collect();
    assert!(names.len() > 150, "{}", names.len());
    let exists = |of: &str, name: &str| {
        let text = if of == "leaderboard" { Some(&boards) } else { definitions.get(of) };
        let kinds = ["fn ", "one ", "many ", "through ", "first "];
        text.is_some_and(|text| {
            kinds.iter().any(|kind| ["(", "<"].iter().any(|end| text.contains(&format!("{kind}{name}{end}"))))
                || text.contains(&format!("const {name}:"))
                || text.contains(&format!("pub {name}:"))
                || (name == "image" && text.contains("image_id:"))
        })
    };
    let ends = |name: &str| name.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(name.len());
    let missing: Vec<_> = names.into_iter().filter(|(of, name)| !exists(of, &name[..ends(name)])).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn all_that_auraxium_has_is_mapped() {
    let page = page();
    let (_, sections) = page.split_once("## The client").unwrap();
    for line in AURAXIUM.trim().lines() {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap();
        let about: String = match name {
            // Those have sections of their own.
            "Client" => sections.split("## ").next().unwrap().to_owned(),
            "Character" => page.split("## Characters").nth(1).unwrap().split("## ").next().unwrap().to_owned(),
            "Stat" | "Period" => page.split("## Leaderboards").nth(1).unwrap().to_owned(),
            _ => page.lines().filter(|line| line.contains(&format!("`{name}`"))).collect(),
        };
        assert!(!about.is_empty(), "`{name}` is not mapped");
        for method in words {
            let is_there = [format!("`{method}`"), format!("`{method}("), format!("client.{method}")];
            assert!(is_there.iter().any(|text| about.contains(text)), "`{name}.{method}` is not mapped");
        }
    }
}
