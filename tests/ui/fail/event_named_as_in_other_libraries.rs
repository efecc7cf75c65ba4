use auraxis::prelude::*;

#[trigger(AchievementAdded)]
async fn on_achievement(_: AchievementEarned) {}

fn main() {}
