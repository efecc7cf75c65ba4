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
        /// The ribbon, medal or mission.
        achievement_id: AchievementId,
        /// The item.
        item_id: Option<ItemId> = OrZero,
        /// The objective group.
        objective_group_id: Option<ObjectiveGroupId>,
        /// The reward.
        reward_id: Option<RewardId>,
        /// Whether it can be earned more than once.
        repeatable: Option<bool>,
        /// The name.
        name: Localized,
        /// The description.
        description: Localized,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
    }

    /// A directive: a task with a reward.
    Directive = "directive" by directive_id: DirectiveId, cache(30, 60) is [Named] {
        /// The directive.
        directive_id: DirectiveId,
        /// The directive tree.
        directive_tree_id: DirectiveTreeId,
        /// The tier; only unique together with the tree.
        directive_tier_id: DirectiveTierId,
        /// The objective set.
        objective_set_id: ObjectiveSetId,
        /// The name.
        name: Localized,
        /// The description.
        description: Localized,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
    }

    /// A directive tier. Only unique together with its tree.
    DirectiveTier = "directive_tier" {
        /// The tier; only unique together with the tree.
        directive_tier_id: DirectiveTierId,
        /// The directive tree.
        directive_tree_id: DirectiveTreeId,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The reward set.
        reward_set_id: Option<RewardSetId>,
        /// How many directives must be completed.
        completion_count: Option<i32>,
        /// The points for completing it.
        directive_points: Option<i32>,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
        /// The name.
        name: Localized,
    }

    /// A directive tree.
    DirectiveTree = "directive_tree" by directive_tree_id: DirectiveTreeId, cache(30, 60) is [Named] {
        /// The directive tree.
        directive_tree_id: DirectiveTreeId,
        /// The category.
        directive_tree_category_id: DirectiveTreeCategoryId,
        /// The name.
        name: Localized,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
        /// The description.
        description: Localized,
    }

    /// A category of directive trees.
    DirectiveTreeCategory = "directive_tree_category" by directive_tree_category_id: DirectiveTreeCategoryId, cache(10, 300) is [Named] {
        /// The category.
        directive_tree_category_id: DirectiveTreeCategoryId,
        /// The name.
        name: Localized,
    }

    /// An objective of a directive or an achievement.
    Objective = "objective" by objective_id: ObjectiveId, cache(10, 60) {
        /// The objective.
        objective_id: ObjectiveId,
        /// The objective type, which defines the parameters.
        objective_type_id: ObjectiveTypeId,
        /// The objective group.
        objective_group_id: ObjectiveGroupId,
        /// The parameters, defined by the type.
        param: Numbered<f64, 9>,
    }

    /// An objective group of an objective set.
    ObjectiveSetToObjective = "objective_set_to_objective" {
        /// The objective set.
        objective_set_id: ObjectiveSetId,
        /// The objective group.
        objective_group_id: ObjectiveGroupId,
    }

    /// An objective type, which defines the parameters of its objectives.
    ObjectiveType = "objective_type" by objective_type_id: ObjectiveTypeId, cache(10, 60) {
        /// The objective type, which defines the parameters.
        objective_type_id: ObjectiveTypeId,
        /// The description.
        description: Box<str> = OrEmpty,
        /// The meaning of the parameters.
        param: Numbered<Box<str>, 9>,
    }

    /// A reward.
    Reward = "reward" by reward_id: RewardId, cache(50, 60) {
        /// The reward.
        reward_id: RewardId,
        /// The reward type, which defines the parameters.
        reward_type_id: RewardTypeId,
        /// The maximum count.
        count_max: Option<i32>,
        /// The minimum count.
        count_min: Option<i32>,
        /// The parameters, defined by the type.
        param: Numbered<f64, 5>,
    }

    /// A reward of a reward group.
    RewardGroupToReward = "reward_group_to_reward" {
        /// The reward group.
        reward_group_id: RewardGroupId,
        /// The reward.
        reward_id: RewardId,
    }

    /// A reward group of a reward set.
    RewardSetToRewardGroup = "reward_set_to_reward_group" {
        /// The reward set.
        reward_set_id: RewardSetId,
        /// The reward group.
        reward_group_id: RewardGroupId,
    }

    /// A reward type, which defines the parameters of its rewards.
    RewardType = "reward_type" by reward_type_id: RewardTypeId, cache(10, 3600) {
        /// The reward type, which defines the parameters.
        reward_type_id: RewardTypeId,
        /// The maximum count.
        count_max: Option<Box<str>>,
        /// The minimum count.
        count_min: Option<Box<str>>,
        /// The description.
        description: Box<str> = OrEmpty,
        /// The meaning of the parameters.
        param: Numbered<Box<str>, 5>,
    }
}
