//! The table of relations between collections.
//!
//! A relation leads to `one` row by its id, to `many` rows that share the field, to the rows found `through` a third
//! collection that links the two, or to the `first` of those. `or` gives the key under which a resolve adds the related
//! rows, if it is not the name of their collection. Other relations are methods in the file of their type.

use super::{
    lookup::{self, Value as _, relations},
    *,
};
use crate::census::Fetch;

relations! {
    Ability {
        /// Loads the type.
        one ability_type(ability_type_id -> AbilityType);
        /// Loads the resource.
        one resource_type(resource_type_id -> ResourceType);
    }

    Achievement {
        /// Loads the objectives.
        many objectives(objective_group_id -> Objective);
        /// Loads the reward.
        one reward(reward_id -> Reward);
    }

    ArmourInfo {
        /// Loads the side that it protects.
        one facing(armor_facing_id -> ArmourFacing);
    }

    Character {
        /// Loads the faction.
        one faction(faction_id -> Faction);
        /// Loads the class it last logged out with.
        one profile(profile_id -> Profile);
        /// Loads the title.
        one title(title_id -> Title);
        /// Loads the outfit membership.
        one outfit_member(character_id -> OutfitMember);
        /// Loads the achievements.
        many achievements(character_id -> CharactersAchievement);
        /// Loads the progress in directives.
        many directives(character_id -> CharactersDirective);
        /// Loads the progress in the objectives of directives.
        many directive_objectives(character_id -> CharactersDirectiveObjective);
        /// Loads the progress in directive tiers.
        many directive_tiers(character_id -> CharactersDirectiveTier);
        /// Loads the progress in directive trees.
        many directive_trees(character_id -> CharactersDirectiveTree);
        /// Loads the certifications.
        many skills(character_id -> CharactersSkill);
        /// Loads the statistics per class.
        many stats(character_id -> CharactersStat or "stats.stat");
        /// Loads the statistics per class, by enemy faction.
        many stats_by_faction(character_id -> CharactersStatByFaction or "stats.stat_by_faction");
        /// Loads the history of its statistics.
        many stat_history(character_id -> CharactersStatHistory or "stats.stat_history");
        /// Loads the statistics per weapon.
        many weapon_stats(character_id -> CharactersWeaponStat or "stats.weapon_stat");
        /// Loads the statistics per weapon, by enemy faction.
        many weapon_stats_by_faction(character_id -> CharactersWeaponStatByFaction or "stats.weapon_stat_by_faction");
    }

    CharacterName {
        /// Loads the character.
        one character(character_id -> Character);
    }

    CharactersWorld {
        /// Loads the server.
        one world(world_id -> World);
    }

    Directive {
        /// Loads the objectives.
        through objectives(objective_set_id, ObjectiveSetToObjective.objective_group_id -> Objective);
        /// Loads the tree.
        one tree(directive_tree_id -> DirectiveTree);
    }

    DirectiveTier {
        /// Loads the tree.
        one tree(directive_tree_id -> DirectiveTree);
    }

    DirectiveTree {
        /// Loads the category.
        one category(directive_tree_category_id -> DirectiveTreeCategory);
        /// Loads the directives.
        many directives(directive_tree_id -> Directive);
        /// Loads the tiers.
        many tiers(directive_tree_id -> DirectiveTier);
    }

    DirectiveTreeCategory {
        /// Loads the trees.
        many trees(directive_tree_category_id -> DirectiveTree);
    }

    Effect {
        /// Loads the type.
        one effect_type(effect_type_id -> EffectType);
        /// Loads the damage type.
        one resist_type(resist_type_id -> ResistType);
        /// Loads the type of its targets.
        one target_type(target_type_id -> TargetType);
    }

    Experience {
        /// Loads the award type.
        one experience_award_type(experience_award_type_id -> ExperienceAwardType);
    }

    FireGroup {
        /// Loads the fire modes.
        through fire_modes(fire_group_id, FireGroupToFireMode.fire_mode_id -> FireMode);
    }

    FireMode {
        /// Loads the type.
        one fire_mode_type(fire_mode_type_id -> FireModeType);
        /// Loads the cones of fire in each player state.
        many state_groups(player_state_group_id -> PlayerStateGroup);
        /// Loads the projectile.
        first projectile(fire_mode_id, FireModeToProjectile.projectile_id -> Projectile);
    }

    Item {
        /// Loads the attachments.
        through attachments(item_id, ItemAttachment.attachment_item_id -> Item);
        /// Loads the category.
        one category(item_category_id -> ItemCategory);
        /// Loads the properties that the in-game menu shows, if it is a weapon.
        one datasheet(item_id -> WeaponDatasheet);
        /// Loads the faction that can use it.
        one faction(faction_id -> Faction);
        /// Loads the type.
        one item_type(item_type_id -> ItemType);
        /// Loads the classes that can use it.
        through profiles(item_id, ItemProfile.profile_id -> Profile);
        /// Loads the weapon, if it is one.
        first weapon(item_id, ItemToWeapon.weapon_id -> Weapon);
    }

    Loadout {
        /// Loads the armor.
        through armour_info(profile_id, ProfileArmorMap.armor_info_id -> ArmourInfo);
        /// Loads the faction.
        one faction(faction_id -> Faction);
        /// Loads the class.
        one profile(profile_id -> Profile);
        /// Loads the resistances.
        through resist_info(profile_id, ProfileResistMap.resist_info_id -> ResistInfo);
    }

    MapHex {
        /// Loads the region.
        one map_region(map_region_id -> MapRegion);
    }

    MapRegion {
        /// Loads the continent.
        one zone(zone_id -> Zone);
    }

    MarketingBundle {
        /// Loads the items.
        through items(marketing_bundle_id, MarketingBundleItem.item_id -> Item);
    }

    MarketingBundleSingle {
        /// Loads the item.
        one item(item_id -> Item);
    }

    Objective {
        /// Loads the type.
        one objective_type(objective_type_id -> ObjectiveType);
    }

    Outfit {
        /// Loads the leader.
        one leader(leader_character_id -> Character or "leader");
        /// Loads the members.
        many members(outfit_id -> OutfitMember or "members");
        /// Loads the ranks.
        many ranks(outfit_id -> OutfitRank or "ranks");
    }

    OutfitMember {
        /// Loads the character.
        one character(character_id -> Character);
        /// Loads the outfit.
        one outfit(outfit_id -> Outfit);
    }

    Profile {
        /// Loads the armor.
        through armour_info(profile_id, ProfileArmorMap.armor_info_id -> ArmourInfo);
        /// Loads the resistances.
        through resist_info(profile_id, ProfileResistMap.resist_info_id -> ResistInfo);
    }

    Projectile {
        /// Loads the flight type.
        one flight_type(projectile_flight_type_id -> ProjectileFlightType);
    }

    Region {
        /// Loads the continent.
        one zone(zone_id -> Zone);
    }

    ResistInfo {
        /// Loads the damage type.
        one resist_type(resist_type_id -> ResistType);
    }

    Reward {
        /// Loads the type.
        one reward_type(reward_type_id -> RewardType);
    }

    Skill {
        /// Loads the item that it grants.
        one grant_item(grant_item_id -> Item);
        /// Loads the line.
        one skill_line(skill_line_id -> SkillLine);
    }

    SkillCategory {
        /// Loads the lines.
        many skill_lines(skill_category_id -> SkillLine);
        /// Loads the set.
        one skill_set(skill_set_id -> SkillSet);
    }

    SkillLine {
        /// Loads the category.
        one category(skill_category_id -> SkillCategory);
        /// Loads the certifications.
        many skills(skill_line_id -> Skill);
    }

    SkillSet {
        /// Loads the categories.
        many categories(skill_set_id -> SkillCategory);
        /// Loads the required item.
        one required_item(required_item_id -> Item);
    }

    Vehicle {
        /// Loads the factions that can use it.
        through factions(vehicle_id, VehicleFaction.faction_id -> Faction);
    }

    VehicleAttachment {
        /// Loads the faction that can use it.
        one faction(faction_id -> Faction);
        /// Loads the item.
        one item(item_id -> Item);
        /// Loads the vehicle.
        one vehicle(vehicle_id -> Vehicle);
    }

    Weapon {
        /// Loads the ammunition slots.
        many ammo_slots(weapon_id -> WeaponAmmoSlot);
        /// Loads the attachments.
        through attachments(weapon_group_id, WeaponToAttachment.item_id -> Item);
        /// Loads the fire groups.
        through fire_groups(weapon_id, WeaponToFireGroup.fire_group_id -> FireGroup);
        /// Loads the item.
        first item(weapon_id, ItemToWeapon.item_id -> Item);
    }

    ZoneEffect {
        /// Loads the ability.
        one ability(ability_id -> Ability);
        /// Loads the type.
        one zone_effect_type(zone_effect_type_id -> ZoneEffectType);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::Mutex,
        task::{Context, Poll, Waker},
    };

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::census::{Collection, Fault, Query, Verb};

    /// Returns no rows, and records the queries.
    #[derive(Default)]
    struct Empty(Mutex<Vec<Query>>);

    impl Empty {
        fn record(&self, query: Query) {
            assert_eq!(query.check(Verb::Get), Ok(()), "{}", query.url("", None, Verb::Get));
            self.0.lock().unwrap().push(query);
        }
    }

    impl Fetch for Empty {
        type Error = Fault;

        async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Fault> {
            self.record(query);
            Ok(Vec::new())
        }

        async fn by_id<T: Collection>(&self, id: T::Id) -> Result<Option<T>, Fault> {
            self.record(T::query(id));
            Ok(None)
        }
    }

    #[test]
    fn every_relation_sends_one_valid_query() {
        let census = Empty::default();
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(followed) = pin!(follow_all(&census)).poll(&mut context) else { panic!("nothing is pending") };
        assert_eq!(census.0.lock().unwrap().len(), followed.unwrap().len());
    }
}
