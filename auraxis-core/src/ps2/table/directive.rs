//! Achievements and directives, their objectives and rewards.

use crate::{
    census::Numbered,
    id::*,
    ps2::{Localized, define::collections},
};

collections! {
    const DIRECTIVE;

    /// A ribbon, medal or mission.
    Achievement = "achievement" by achievement_id: AchievementId, cache(50, 60) is [Named] {
        /// Which ribbon, medal or mission.
        achievement_id: AchievementId,
        /// The item.
        item_id: Option<ItemId> = OrZero,
        /// The group of objectives.
        objective_group_id: Option<ObjectiveGroupId>,
        /// The reward.
        reward_id: Option<RewardId>,
        /// Whether it can be earned more than once.
        repeatable: Option<bool>,
        /// Its name.
        name: Localized,
        /// What it is.
        description: Localized,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
    }

    /// A directive: something to do for a reward.
    Directive = "directive" by directive_id: DirectiveId, cache(30, 60) is [Named] {
        /// The directive.
        directive_id: DirectiveId,
        /// The tree of directives.
        directive_tree_id: DirectiveTreeId,
        /// The tier within the tree; only the pair of both is unique.
        directive_tier_id: DirectiveTierId,
        /// The set of objectives.
        objective_set_id: ObjectiveSetId,
        /// Its name.
        name: Localized,
        /// What it is.
        description: Localized,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
    }

    /// A tier of directives. Only together with its tree it is unique.
    DirectiveTier = "directive_tier" {
        /// The tier within the tree; only the pair of both is unique.
        directive_tier_id: DirectiveTierId,
        /// The tree of directives.
        directive_tree_id: DirectiveTreeId,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The set of rewards.
        reward_set_id: Option<RewardSetId>,
        /// How many directives must be finished.
        completion_count: Option<i32>,
        /// The points for finishing it.
        directive_points: Option<i32>,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
        /// Its name.
        name: Localized,
    }

    /// A tree of directives.
    DirectiveTree = "directive_tree" by directive_tree_id: DirectiveTreeId, cache(30, 60) is [Named] {
        /// The tree of directives.
        directive_tree_id: DirectiveTreeId,
        /// The category.
        directive_tree_category_id: DirectiveTreeCategoryId,
        /// Its name.
        name: Localized,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
        /// What it is.
        description: Localized,
    }

    /// A category of trees of directives.
    DirectiveTreeCategory = "directive_tree_category" by directive_tree_category_id: DirectiveTreeCategoryId, cache(10, 300) is [Named] {
        /// The category.
        directive_tree_category_id: DirectiveTreeCategoryId,
        /// Its name.
        name: Localized,
    }

    /// Something to be done for a directive or an achievement.
    Objective = "objective" by objective_id: ObjectiveId, cache(10, 60) {
        /// The objective.
        objective_id: ObjectiveId,
        /// The type of the objective; it says what the parameters mean.
        objective_type_id: ObjectiveTypeId,
        /// The group of objectives.
        objective_group_id: ObjectiveGroupId,
        /// Parameters; the row of the type says what they mean.
        param: Numbered<f64, 9>,
    }

    /// The group of objectives of a set.
    ObjectiveSetToObjective = "objective_set_to_objective" {
        /// The set of objectives.
        objective_set_id: ObjectiveSetId,
        /// The group of objectives.
        objective_group_id: ObjectiveGroupId,
    }

    /// A type of objectives, and what their parameters mean.
    ObjectiveType = "objective_type" by objective_type_id: ObjectiveTypeId, cache(10, 60) {
        /// The type of the objective; it says what the parameters mean.
        objective_type_id: ObjectiveTypeId,
        /// What it is.
        description: Box<str> = OrEmpty,
        /// What the parameters of its rows mean.
        param: Numbered<Box<str>, 9>,
    }

    /// A reward.
    Reward = "reward" by reward_id: RewardId, cache(50, 60) {
        /// The reward.
        reward_id: RewardId,
        /// The type of the reward; it says what the parameters mean.
        reward_type_id: RewardTypeId,
        /// The greatest number.
        count_max: Option<i32>,
        /// The least number.
        count_min: Option<i32>,
        /// Parameters; the row of the type says what they mean.
        param: Numbered<f64, 5>,
    }

    /// A reward of a group.
    RewardGroupToReward = "reward_group_to_reward" {
        /// The group of rewards.
        reward_group_id: RewardGroupId,
        /// The reward.
        reward_id: RewardId,
    }

    /// A group of rewards of a set.
    RewardSetToRewardGroup = "reward_set_to_reward_group" {
        /// The set of rewards.
        reward_set_id: RewardSetId,
        /// The group of rewards.
        reward_group_id: RewardGroupId,
    }

    /// A type of rewards, and what their parameters mean.
    RewardType = "reward_type" by reward_type_id: RewardTypeId, cache(10, 3600) {
        /// The type of the reward; it says what the parameters mean.
        reward_type_id: RewardTypeId,
        /// The greatest number.
        count_max: Option<Box<str>>,
        /// The least number.
        count_min: Option<Box<str>>,
        /// What it is.
        description: Box<str> = OrEmpty,
        /// What the parameters of its rows mean.
        param: Numbered<Box<str>, 5>,
    }
}
