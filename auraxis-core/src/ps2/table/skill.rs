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
        /// The certification line.
        skill_line_id: SkillLineId,
        /// The index within the line, from 0.
        skill_line_index: i32,
        /// The price in certification points.
        skill_points: Option<i32>,
        /// The item that it grants.
        grant_item_id: Option<ItemId> = OrZero,
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

    /// A certification category.
    SkillCategory = "skill_category" by skill_category_id: SkillCategoryId, cache(50, 60) is [Named] {
        /// The certification category.
        skill_category_id: SkillCategoryId,
        /// The certification set.
        skill_set_id: SkillSetId,
        /// The index within the set, from 0.
        skill_set_index: i32,
        /// The price in certification points.
        skill_points: Option<i32>,
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

    /// A certification line: certifications of increasing rank.
    SkillLine = "skill_line" by skill_line_id: SkillLineId, cache(50, 60) is [Named] {
        /// The certification line.
        skill_line_id: SkillLineId,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The certification category.
        skill_category_id: Option<SkillCategoryId>,
        /// The description.
        description: Localized,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
        /// The name.
        name: Localized,
        /// The index within the category, from 0.
        skill_category_index: Option<i32>,
        /// The price in certification points.
        skill_points: Option<i32>,
    }

    /// A certification set, such as that of a weapon.
    SkillSet = "skill_set" by skill_set_id: SkillSetId, cache(100, 60) is [Named] {
        /// The certification set.
        skill_set_id: SkillSetId,
        /// The price in certification points.
        skill_points: Option<i32>,
        /// The required item.
        required_item_id: Option<ItemId> = OrZero,
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
}
