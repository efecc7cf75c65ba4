//! Certifications.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
};

collections! {
    const SKILL;

    /// A certification.
    Skill = "skill" by skill_id: SkillId, cache(50, 60) is [Named] {
        /// The certification.
        skill_id: SkillId,
        /// The line of certifications.
        skill_line_id: SkillLineId,
        /// The place in the line, from 0.
        skill_line_index: i32,
        /// The price in certification points.
        skill_points: Option<i32>,
        /// The item that it gives.
        grant_item_id: Option<ItemId> = OrZero,
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

    /// A category of certifications.
    SkillCategory = "skill_category" by skill_category_id: SkillCategoryId, cache(50, 60) is [Named] {
        /// The category of certifications.
        skill_category_id: SkillCategoryId,
        /// The set of certifications.
        skill_set_id: SkillSetId,
        /// The place in the set, from 0.
        skill_set_index: i32,
        /// The price in certification points.
        skill_points: Option<i32>,
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

    /// A line of certifications, each better than the one before.
    SkillLine = "skill_line" by skill_line_id: SkillLineId, cache(50, 60) is [Named] {
        /// The line of certifications.
        skill_line_id: SkillLineId,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The category of certifications.
        skill_category_id: Option<SkillCategoryId>,
        /// What it is.
        description: Localized,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
        /// Its name.
        name: Localized,
        /// The place in the category, from 0.
        skill_category_index: Option<i32>,
        /// The price in certification points.
        skill_points: Option<i32>,
    }

    /// A set of certifications, such as those of one weapon.
    SkillSet = "skill_set" by skill_set_id: SkillSetId, cache(100, 60) is [Named] {
        /// The set of certifications.
        skill_set_id: SkillSetId,
        /// The price in certification points.
        skill_points: Option<i32>,
        /// The item that it needs.
        required_item_id: Option<ItemId> = OrZero,
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
}
