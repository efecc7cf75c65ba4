//! All characters and outfits, and which characters are online.

use std::collections::BTreeMap;

use auraxis_core::{
    id::{CharacterId, FactionId, OutfitId, WorldId, ZoneId},
    time::Timestamp,
};

use super::{
    names::Names,
    rng::Rng,
    soldier::{Class, Presence, Soldier},
    worlds::World,
};

/// The maximum number of characters.
const CAPACITY: usize = 20_000;

/// Titles that characters wear, by their id in the `title` collection.
const TITLES: &[u32] = &[1, 3, 5, 6, 10, 14, 16, 22, 24, 30, 40, 50];

/// An outfit.
#[derive(Clone, Debug)]
pub(crate) struct Outfit {
    pub(crate) id: OutfitId,
    pub(crate) name: String,
    pub(crate) tag: String,
    pub(crate) created: Timestamp,
    /// The indices of the members in the roster. The first is the leader.
    pub(crate) members: Vec<usize>,
}

/// All characters and outfits.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    pub(crate) soldiers: Vec<Soldier>,
    pub(crate) outfits: Vec<Outfit>,
    by_id: BTreeMap<CharacterId, usize>,
    worlds: &'static [World],
    /// The characters that are online, for each world.
    online: Vec<Vec<usize>>,
    names: Names,
    start: Timestamp,
}

impl Roster {
    pub(crate) fn new(rng: &mut Rng, worlds: &'static [World], start: Timestamp) -> Self {
        let mut roster = Self {
            soldiers: Vec::new(),
            outfits: Vec::new(),
            by_id: BTreeMap::new(),
            worlds,
            online: vec![Vec::new(); worlds.len()],
            names: Names::default(),
            start,
        };
        for world in worlds {
            let first = roster.soldiers.len();
            for _ in 0..world.population {
                roster.add_experienced(rng, world.id);
            }
            roster.create_outfits(rng, first);
            roster.add_friends(rng, first);
        }
        roster
    }

    /// Adds an experienced character.
    fn add_experienced(&mut self, rng: &mut Rng, world: WorldId) -> usize {
        let index = self.add(rng, world);
        let soldier = &mut self.soldiers[index];
        soldier.rank = rng.between(2, 119).try_into().unwrap_or(2);
        soldier.prestige = u32::from(rng.chance(20));
        soldier.title = if rng.chance(65) { rng.pick(TITLES) } else { 0 };
        let days = i64::try_from(rng.between(30, 4_000)).unwrap_or(30);
        soldier.created = Timestamp(self.start.0 - days * 86_400);
        soldier.last_login = Timestamp(self.start.0 - i64::try_from(rng.between(3_600, 900_000)).unwrap_or(3_600));
        soldier.logins = rng.between(3, 2_000).try_into().unwrap_or(3);
        soldier.minutes = soldier.logins * 35;
        index
    }

    /// Adds a new character, which is visible in REST from `visible_from` on. Returns `None` if the roster is full.
    pub(crate) fn add_new(&mut self, rng: &mut Rng, world: WorldId, now: u64, visible_from: u64) -> Option<usize> {
        if self.soldiers.len() >= CAPACITY {
            return None;
        }
        let index = self.add(rng, world);
        let soldier = &mut self.soldiers[index];
        soldier.visible_from = visible_from;
        soldier.created = Timestamp(self.start.0 + i64::try_from(now / 1_000).unwrap_or_default());
        Some(index)
    }

    fn add(&mut self, rng: &mut Rng, world: WorldId) -> usize {
        let index = self.soldiers.len();
        let faction =
            rng.pick_weighted(&[(31, FactionId::VS), (32, FactionId::NC), (31, FactionId::TR), (6, FactionId::NSO)]);
        let team =
            if faction == FactionId::NSO { rng.pick(&[FactionId::VS, FactionId::NC, FactionId::TR]) } else { faction };
        // Like real character ids: 19 digits and odd.
        let id = CharacterId(5_428_010_600_000_000_001 + index as u64 * 1_048_576 + rng.between(0, 500_000) * 2);
        self.by_id.insert(id, index);
        self.soldiers.push(Soldier {
            index,
            id,
            name: self.names.character(rng),
            world,
            faction,
            team,
            rank: 1,
            prestige: 0,
            title: 0,
            outfit: None,
            class: rng.pick_weighted(Class::POPULARITY),
            zone: ZoneId::INDAR,
            created: self.start,
            visible_from: 0,
            presence: Presence::Offline,
            busy_until: 0,
            dead_until: 0,
            last_login: self.start,
            logins: 0,
            minutes: 0,
            friends: Vec::new(),
        });
        index
    }

    /// Creates outfits for most characters from index `first` on, by faction.
    fn create_outfits(&mut self, rng: &mut Rng, first: usize) {
        for faction in [FactionId::VS, FactionId::NC, FactionId::TR, FactionId::NSO] {
            let mut free: Vec<usize> =
                (first..self.soldiers.len()).filter(|&index| self.soldiers[index].faction == faction).collect();
            // At least a quarter remain without an outfit.
            let remain = free.len() / 4;
            while free.len() > remain + 3 {
                let size = usize::try_from(rng.between(4, 30)).unwrap_or(4).min(free.len() - remain);
                let members: Vec<usize> = free.drain(..size).collect();
                let (name, tag) = self.names.outfit(rng);
                let outfit = self.outfits.len();
                for &member in &members {
                    self.soldiers[member].outfit = Some(outfit);
                }
                let days = i64::try_from(rng.between(20, 3_000)).unwrap_or(20);
                self.outfits.push(Outfit {
                    id: OutfitId(37_509_488_000_000_002 + outfit as u64 * 1_048_576 + rng.between(0, 500_000)),
                    name,
                    tag,
                    created: Timestamp(self.start.0 - days * 86_400),
                    members,
                });
            }
        }
    }

    fn add_friends(&mut self, rng: &mut Rng, first: usize) {
        let many = self.soldiers.len() - first;
        for index in first..self.soldiers.len() {
            for _ in 0..rng.between(0, 2) {
                let friend = first + rng.index(many);
                if friend != index && !self.soldiers[index].friends.contains(&friend) {
                    self.soldiers[index].friends.push(friend);
                    self.soldiers[friend].friends.push(index);
                }
            }
        }
    }

    pub(crate) fn by_id(&self, id: CharacterId) -> Option<&Soldier> {
        self.by_id.get(&id).map(|&index| &self.soldiers[index])
    }

    pub(crate) fn outfit_id(&self, soldier: &Soldier) -> OutfitId {
        soldier.outfit.map_or(OutfitId(0), |outfit| self.outfits[outfit].id)
    }

    /// Returns the characters that are online on this world.
    pub(crate) fn online(&self, world_index: usize) -> &[usize] {
        &self.online[world_index]
    }

    pub(crate) fn log_in(&mut self, index: usize, now: Timestamp) {
        let soldier = &mut self.soldiers[index];
        if soldier.is_online() {
            return;
        }
        soldier.presence = Presence::Online;
        soldier.last_login = now;
        soldier.logins += 1;
        if let Some(world_index) = self.worlds.iter().position(|world| world.id == soldier.world) {
            self.online[world_index].push(index);
        }
    }

    pub(crate) fn log_out(&mut self, index: usize, now: Timestamp) {
        let soldier = &mut self.soldiers[index];
        soldier.presence = Presence::Offline;
        soldier.minutes += u32::try_from(now.since(soldier.last_login).as_secs() / 60).unwrap_or_default();
        if let Some(world_index) = self.worlds.iter().position(|world| world.id == soldier.world) {
            self.online[world_index].retain(|&other| other != index);
        }
    }

    /// Returns a random character that is online on this world and satisfies the condition, or `None` after some tries.
    pub(crate) fn find(&self, rng: &mut Rng, world_index: usize, fits: impl Fn(&Soldier) -> bool) -> Option<usize> {
        let online = self.online(world_index);
        if online.is_empty() {
            return None;
        }
        (0..24).map(|_| rng.pick(online)).find(|&index| fits(&self.soldiers[index]))
    }

    /// Returns the index of a world among the worlds of the war.
    pub(crate) fn world_index(&self, world: WorldId) -> Option<usize> {
        self.worlds.iter().position(|other| other.id == world)
    }
}
