//! The table of relations: which field of which type leads to which type.
//!
//! `one` row by its id, `many` rows that share the field, rows `through` a third collection that links the two, or the
//! `first` of those. What a resolve of the first type puts under another key than the second one's name stands behind
//! `or`. What needs more than that stands in the file of its type.

use super::{
    lookup::{self, Value as _, relations},
    *,
};
use crate::census::Fetch;

relations! {
    Ability {
        /// Its type.
        one ability_type(ability_type_id -> AbilityType);
        /// The resource it uses.
        one resource_type(resource_type_id -> ResourceType);
    }

    Achievement {
        /// What must be done for it.
        many objectives(objective_group_id -> Objective);
        /// What it gives.
        one reward(reward_id -> Reward);
    }

    ArmourInfo {
        /// The side that it protects.
        one facing(armor_facing_id -> ArmourFacing);
    }

    Character {
        /// The faction it plays for.
        one faction(faction_id -> Faction);
        /// The class it last logged out with.
        one profile(profile_id -> Profile);
        /// The title before its name.
        one title(title_id -> Title);
        /// Its membership in an outfit.
        one outfit_member(character_id -> OutfitMember);
        /// Its achievements.
        many achievements(character_id -> CharactersAchievement);
        /// The directives it works on.
        many directives(character_id -> CharactersDirective);
        /// How far it is with the objectives of its directives.
        many directive_objectives(character_id -> CharactersDirectiveObjective);
        /// The tiers of directives it works on.
        many directive_tiers(character_id -> CharactersDirectiveTier);
        /// How far it is in the trees of directives.
        many directive_trees(character_id -> CharactersDirectiveTree);
        /// Its certifications.
        many skills(character_id -> CharactersSkill);
        /// What is counted for each of its classes.
        many stats(character_id -> CharactersStat or "stats.stat");
        /// What is counted for each of its classes, by faction of the enemy.
        many stats_by_faction(character_id -> CharactersStatByFaction or "stats.stat_by_faction");
        /// What is counted over time.
        many stat_history(character_id -> CharactersStatHistory or "stats.stat_history");
        /// What is counted for each of its weapons.
        many weapon_stats(character_id -> CharactersWeaponStat or "stats.weapon_stat");
        /// What is counted for each of its weapons, by faction of the enemy.
        many weapon_stats_by_faction(character_id -> CharactersWeaponStatByFaction or "stats.weapon_stat_by_faction");
    }

    CharacterName {
        /// The character.
        one character(character_id -> Character);
    }

    CharactersWorld {
        /// The server.
        one world(world_id -> World);
    }

    Directive {
        /// What must be done for it.
        through objectives(objective_set_id, ObjectiveSetToObjective.objective_group_id -> Objective);
        /// The tree it stands in.
        one tree(directive_tree_id -> DirectiveTree);
    }

    DirectiveTier {
        /// The tree it stands in.
        one tree(directive_tree_id -> DirectiveTree);
    }

    DirectiveTree {
        /// Its category.
        one category(directive_tree_category_id -> DirectiveTreeCategory);
        /// Its directives.
        many directives(directive_tree_id -> Directive);
        /// Its tiers.
        many tiers(directive_tree_id -> DirectiveTier);
    }

    DirectiveTreeCategory {
        /// Its trees.
        many trees(directive_tree_category_id -> DirectiveTree);
    }

    Effect {
        /// Its type.
        one effect_type(effect_type_id -> EffectType);
        /// The kind of damage.
        one resist_type(resist_type_id -> ResistType);
        /// Whom it works on.
        one target_type(target_type_id -> TargetType);
    }

    Experience {
        /// The kind of award.
        one experience_award_type(experience_award_type_id -> ExperienceAwardType);
    }

    FireGroup {
        /// Its fire modes.
        through fire_modes(fire_group_id, FireGroupToFireMode.fire_mode_id -> FireMode);
    }

    FireMode {
        /// What firing does.
        one fire_mode_type(fire_mode_type_id -> FireModeType);
        /// The cone of fire in each posture.
        many state_groups(player_state_group_id -> PlayerStateGroup);
        /// What it shoots.
        first projectile(fire_mode_id, FireModeToProjectile.projectile_id -> Projectile);
    }

    Item {
        /// What can be attached to it.
        through attachments(item_id, ItemAttachment.attachment_item_id -> Item);
        /// Its category.
        one category(item_category_id -> ItemCategory);
        /// What the menu shows of it, if it is a weapon.
        one datasheet(item_id -> WeaponDatasheet);
        /// The faction that can use it.
        one faction(faction_id -> Faction);
        /// Its type.
        one item_type(item_type_id -> ItemType);
        /// The classes that can use it.
        through profiles(item_id, ItemProfile.profile_id -> Profile);
        /// The weapon that it is, if it is one.
        first weapon(item_id, ItemToWeapon.weapon_id -> Weapon);
    }

    Loadout {
        /// Its armour.
        through armour_info(profile_id, ProfileArmorMap.armor_info_id -> ArmourInfo);
        /// The faction that has it.
        one faction(faction_id -> Faction);
        /// The class.
        one profile(profile_id -> Profile);
        /// Its resistances.
        through resist_info(profile_id, ProfileResistMap.resist_info_id -> ResistInfo);
    }

    MapHex {
        /// The region it belongs to.
        one map_region(map_region_id -> MapRegion);
    }

    MapRegion {
        /// The continent.
        one zone(zone_id -> Zone);
    }

    MarketingBundle {
        /// The items in it.
        through items(marketing_bundle_id, MarketingBundleItem.item_id -> Item);
    }

    MarketingBundleSingle {
        /// The item.
        one item(item_id -> Item);
    }

    Objective {
        /// Its type.
        one objective_type(objective_type_id -> ObjectiveType);
    }

    Outfit {
        /// Who leads it.
        one leader(leader_character_id -> Character or "leader");
        /// Its members.
        many members(outfit_id -> OutfitMember or "members");
        /// Its ranks.
        many ranks(outfit_id -> OutfitRank or "ranks");
    }

    OutfitMember {
        /// Who it is.
        one character(character_id -> Character);
        /// The outfit.
        one outfit(outfit_id -> Outfit);
    }

    Profile {
        /// Its armour.
        through armour_info(profile_id, ProfileArmorMap.armor_info_id -> ArmourInfo);
        /// Its resistances.
        through resist_info(profile_id, ProfileResistMap.resist_info_id -> ResistInfo);
    }

    Projectile {
        /// How it flies.
        one flight_type(projectile_flight_type_id -> ProjectileFlightType);
    }

    Region {
        /// The continent.
        one zone(zone_id -> Zone);
    }

    ResistInfo {
        /// The kind of damage.
        one resist_type(resist_type_id -> ResistType);
    }

    Reward {
        /// Its type.
        one reward_type(reward_type_id -> RewardType);
    }

    Skill {
        /// The item that it gives.
        one grant_item(grant_item_id -> Item);
        /// The line it stands in.
        one skill_line(skill_line_id -> SkillLine);
    }

    SkillCategory {
        /// Its lines.
        many skill_lines(skill_category_id -> SkillLine);
        /// The set it stands in.
        one skill_set(skill_set_id -> SkillSet);
    }

    SkillLine {
        /// The category it stands in.
        one category(skill_category_id -> SkillCategory);
        /// Its certifications.
        many skills(skill_line_id -> Skill);
    }

    SkillSet {
        /// Its categories.
        many categories(skill_set_id -> SkillCategory);
        /// The item that it needs.
        one required_item(required_item_id -> Item);
    }

    Vehicle {
        /// The factions that have it.
        through factions(vehicle_id, VehicleFaction.faction_id -> Faction);
    }

    VehicleAttachment {
        /// The faction that can use it.
        one faction(faction_id -> Faction);
        /// The item.
        one item(item_id -> Item);
        /// The vehicle.
        one vehicle(vehicle_id -> Vehicle);
    }

    Weapon {
        /// Its slots for ammunition.
        many ammo_slots(weapon_id -> WeaponAmmoSlot);
        /// What can be attached to it.
        through attachments(weapon_group_id, WeaponToAttachment.item_id -> Item);
        /// Its fire groups.
        through fire_groups(weapon_id, WeaponToFireGroup.fire_group_id -> FireGroup);
        /// The item that it is.
        first item(weapon_id, ItemToWeapon.item_id -> Item);
    }

    ZoneEffect {
        /// What it does.
        one ability(ability_id -> Ability);
        /// Its type.
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

    /// Finds nothing, and notes what it was asked.
    #[derive(Default)]
    struct Empty(Mutex<Vec<Query>>);

    impl Empty {
        fn note(&self, query: Query) {
            assert_eq!(query.check(Verb::Get), Ok(()), "{}", query.url("", None, Verb::Get));
            self.0.lock().unwrap().push(query);
        }
    }

    impl Fetch for Empty {
        type Error = Fault;

        async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Fault> {
            self.note(query);
            Ok(Vec::new())
        }

        async fn by_id<T: Collection>(&self, id: T::Id) -> Result<Option<T>, Fault> {
            self.note(T::query(id));
            Ok(None)
        }
    }

    #[test]
    fn every_relation_asks_one_question_that_can_be_answered() {
        let census = Empty::default();
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(followed) = pin!(follow_all(&census)).poll(&mut context) else { panic!("nothing waits") };
        assert_eq!(census.0.lock().unwrap().len(), followed.unwrap().len());
    }
}
