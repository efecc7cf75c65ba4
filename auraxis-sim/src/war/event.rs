//! The events of the war, and their frames.
//!
//! A [`Draft`] is a scheduled event: its fields, its participants and its effect. When it is due, it becomes a
//! [`WarEvent`], whose frame looks like the server's: keys are in alphabetical order, and all values are strings.

use std::{fmt::Display, time::Duration};

use auraxis_core::{
    event::{Event, EventKind},
    frame::Frame,
    id::*,
    time::Timestamp,
};

use super::soldier::Soldier;

/// An event of the war.
#[derive(Clone, Debug)]
pub struct WarEvent {
    /// The time since the start of the war.
    pub offset: Duration,
    /// The frame of the event.
    pub frame: String,
    /// The event, as parsed from the frame.
    pub event: Event,
}

/// The fields that are missing in events on the PlayStation.
pub(crate) const MISSING_ON_PS4: [(EventKind, &str); 2] =
    [(EventKind::GainExperience, "team_id"), (EventKind::VehicleDestroy, "attacker_team_id")];

/// How an event changes the state of the war. Characters are indices in the roster.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Effect {
    LogIn(usize),
    LogOut(usize),
    RankUp(usize, u32),
    /// A facility is captured.
    Capture {
        world_index: usize,
        facility: FacilityId,
        faction: FactionId,
    },
    /// The continent of a world is locked, and the next one opens.
    LockContinent {
        world_index: usize,
    },
}

/// A scheduled event.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    kind: EventKind,
    fields: Vec<(&'static str, String)>,
    /// The indices of its characters in the roster.
    pub(crate) participants: [Option<usize>; 2],
    pub(crate) effect: Option<Effect>,
}

impl Draft {
    fn new(kind: EventKind, world: WorldId) -> Self {
        let fields = Vec::with_capacity(16);
        Self { kind, fields, participants: [None; 2], effect: None }.with("world_id", world)
    }

    fn with(mut self, key: &'static str, value: impl Display) -> Self {
        self.fields.push((key, value.to_string()));
        self
    }

    fn for_character(kind: EventKind, soldier: &Soldier) -> Self {
        let mut draft = Self::new(kind, soldier.world).with("character_id", soldier.id);
        draft.participants[0] = Some(soldier.index);
        draft
    }

    pub(crate) fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// Removes the fields that are missing on the PlayStation.
    pub(crate) fn for_ps4(mut self) -> Self {
        self.fields.retain(|(field, _)| !MISSING_ON_PS4.contains(&(self.kind, field)));
        self
    }

    /// Returns the character and the experience id, if this is a gain of experience.
    pub(crate) fn experience_gain(&self) -> Option<(usize, &str)> {
        let (_, id) = self.fields.iter().find(|(key, _)| *key == "experience_id")?;
        Some((self.participants[0]?, id))
    }

    /// Returns the frame, with this timestamp.
    pub(crate) fn render(mut self, at: Timestamp) -> String {
        self.fields.push(("event_name", self.kind.name().to_owned()));
        self.fields.push(("timestamp", at.0.to_string()));
        self.fields.sort_unstable_by_key(|(key, _)| *key);
        let mut text = String::with_capacity(480);
        text += r#"{"payload":{"#;
        for (at, (key, value)) in self.fields.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            for part in ["\"", key, "\":\"", value, "\""] {
                text += part;
            }
        }
        text += r#"},"service":"event","type":"serviceMessage"}"#;
        text
    }
}

impl WarEvent {
    /// Parses the frame. Returns `None` if it is invalid, which would be a bug in this module.
    pub(crate) fn parse(offset: Duration, frame: String) -> Option<Self> {
        match Frame::parse(&frame) {
            Ok(Frame::Event(event)) => Some(Self { offset, frame, event }),
            other => {
                tracing::error!(
                    ?other,
                    "the war created an invalid frame, which is a bug in the simulator; please report it"
                );
                None
            }
        }
    }
}

pub(crate) fn login(soldier: &Soldier) -> Draft {
    Draft::for_character(EventKind::PlayerLogin, soldier).with_effect(Effect::LogIn(soldier.index))
}

pub(crate) fn logout(soldier: &Soldier) -> Draft {
    Draft::for_character(EventKind::PlayerLogout, soldier).with_effect(Effect::LogOut(soldier.index))
}

/// How a character or vehicle was attacked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Attack {
    pub(crate) weapon: u32,
    pub(crate) fire_mode: u32,
    pub(crate) vehicle: u32,
    pub(crate) is_headshot: bool,
}

/// The death of `victim`. Without an attacker, the cause is the environment.
pub(crate) fn death(victim: &Soldier, attacker: Option<&Soldier>, attack: Attack) -> Draft {
    let (id, loadout, team) = attacker.map_or((0, 0, 0), |soldier| (soldier.id.0, soldier.loadout().0, soldier.team.0));
    let mut draft = Draft::for_character(EventKind::Death, victim)
        .with("attacker_character_id", id)
        .with("attacker_fire_mode_id", attack.fire_mode)
        .with("attacker_loadout_id", loadout)
        .with("attacker_team_id", team)
        .with("attacker_vehicle_id", attack.vehicle)
        .with("attacker_weapon_id", attack.weapon)
        .with("character_loadout_id", victim.loadout())
        .with("is_critical", 0)
        .with("is_headshot", u8::from(attack.is_headshot))
        .with("team_id", victim.team)
        .with("zone_id", victim.zone);
    draft.participants[1] = attacker.map(|soldier| soldier.index);
    draft
}

/// The destruction of a vehicle, turret or deployable. A base's own turret has no owner.
pub(crate) fn vehicle_destroy(
    attacker: &Soldier,
    owner: Option<&Soldier>,
    vehicle: VehicleId,
    facility: Option<FacilityId>,
    attack: Attack,
) -> Draft {
    let (id, faction, team) = owner.map_or((0, 0, 0), |soldier| (soldier.id.0, soldier.faction.0, soldier.team.0));
    let mut draft = Draft::new(EventKind::VehicleDestroy, attacker.world)
        .with("attacker_character_id", attacker.id)
        .with("attacker_loadout_id", attacker.loadout())
        .with("attacker_team_id", attacker.team)
        .with("attacker_vehicle_id", attack.vehicle)
        .with("attacker_weapon_id", attack.weapon)
        .with("character_id", id)
        .with("facility_id", facility.map_or(0, |facility| facility.0))
        .with("faction_id", faction)
        .with("team_id", team)
        .with("vehicle_id", vehicle)
        .with("zone_id", attacker.zone);
    draft.participants = [Some(attacker.index), owner.map(|soldier| soldier.index)];
    draft
}

/// A gain of experience. `other` is the other character or object involved.
pub(crate) fn experience(soldier: &Soldier, id: u32, amount: u64, other: u64) -> Draft {
    Draft::for_character(EventKind::GainExperience, soldier)
        .with("amount", amount)
        .with("experience_id", id)
        .with("loadout_id", soldier.loadout())
        .with("other_id", other)
        .with("team_id", soldier.team)
        .with("zone_id", soldier.zone)
}

pub(crate) fn rank_up(soldier: &Soldier, rank: u32) -> Draft {
    Draft::for_character(EventKind::BattleRankUp, soldier)
        .with("battle_rank", rank)
        .with("zone_id", soldier.zone)
        .with_effect(Effect::RankUp(soldier.index, rank))
}

pub(crate) fn achievement(soldier: &Soldier, achievement: u32) -> Draft {
    Draft::for_character(EventKind::AchievementEarned, soldier)
        .with("achievement_id", achievement)
        .with("zone_id", soldier.zone)
}

pub(crate) fn item(soldier: &Soldier, item: u32, count: u64, context: &str) -> Draft {
    Draft::for_character(EventKind::ItemAdded, soldier)
        .with("context", context)
        .with("item_count", count)
        .with("item_id", item)
        .with("zone_id", soldier.zone)
}

pub(crate) fn skill(soldier: &Soldier, skill: u64) -> Draft {
    Draft::for_character(EventKind::SkillAdded, soldier).with("skill_id", skill).with("zone_id", soldier.zone)
}

pub(crate) fn fish(soldier: &Soldier, fish: u64) -> Draft {
    Draft::for_character(EventKind::FishScan, soldier)
        .with("fish_id", fish)
        .with("loadout_id", soldier.loadout())
        .with("team_id", soldier.team)
        .with("zone_id", soldier.zone)
}

/// The participation of a character in the capture or defense of a facility.
pub(crate) fn player_facility(soldier: &Soldier, is_capture: bool, facility: FacilityId, outfit: OutfitId) -> Draft {
    let kind = if is_capture { EventKind::PlayerFacilityCapture } else { EventKind::PlayerFacilityDefend };
    Draft::for_character(kind, soldier)
        .with("facility_id", facility)
        .with("outfit_id", outfit)
        .with("zone_id", soldier.zone)
}

/// A capture, or a defense if both factions are the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control {
    pub(crate) facility: FacilityId,
    pub(crate) from: FactionId,
    pub(crate) to: FactionId,
    pub(crate) outfit: OutfitId,
    pub(crate) held_seconds: u64,
}

pub(crate) fn control(world: WorldId, zone: ZoneId, control: Control) -> Draft {
    Draft::new(EventKind::FacilityControl, world)
        .with("duration_held", control.held_seconds)
        .with("facility_id", control.facility)
        .with("new_faction_id", control.to)
        .with("old_faction_id", control.from)
        .with("outfit_id", control.outfit)
        .with("zone_id", zone)
}

/// The territory of each empire in percent, in the order VS, NC, TR.
pub(crate) type TerritoryShares = [f32; 3];

pub(crate) fn alert(
    world: WorldId,
    zone: ZoneId,
    instance: u32,
    event: MetagameEventId,
    state: MetagameEventState,
    [vs, nc, tr]: TerritoryShares,
) -> Draft {
    Draft::new(EventKind::MetagameEvent, world)
        .with("experience_bonus", "25.000000")
        .with("faction_nc", format_args!("{nc:.6}"))
        .with("faction_tr", format_args!("{tr:.6}"))
        .with("faction_vs", format_args!("{vs:.6}"))
        .with("instance_id", instance)
        .with("metagame_event_id", event)
        .with("metagame_event_state", state)
        .with("metagame_event_state_name", state.name().unwrap_or_default())
        .with("zone_id", zone)
}

/// A continent is locked by `faction`; the percentages are of the population.
pub(crate) fn lock(world: WorldId, zone: ZoneId, faction: FactionId, [vs, nc, tr]: [u64; 3]) -> Draft {
    Draft::new(EventKind::ContinentLock, world)
        .with("metagame_event_id", 0)
        .with("nc_population", nc)
        .with("previous_faction", 0)
        .with("tr_population", tr)
        .with("triggering_faction", faction)
        .with("vs_population", vs)
        .with("zone_id", zone)
}
