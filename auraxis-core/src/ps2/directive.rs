//! Relations of directives, objectives and rewards.

use super::{
    Directive, DirectiveTier, Objective, ObjectiveSetToObjective, Reward, RewardGroupToReward, RewardSetToRewardGroup,
    lookup::{all, linked},
};
use crate::{
    census::{Fetch, Query, any_of},
    id::{ObjectiveGroupId, ObjectiveSetId, RewardGroupId, RewardSetId},
};

impl Directive {
    /// Loads the tier.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn tier<F: Fetch>(&self, census: &F) -> Result<Option<DirectiveTier>, F::Error> {
        let query = Query::of::<DirectiveTier>()
            .filter("directive_tree_id", self.directive_tree_id)
            .filter("directive_tier_id", self.directive_tier_id);
        census.first(query).await
    }
}

impl DirectiveTier {
    /// Loads the directives.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn directives<F: Fetch>(&self, census: &F) -> Result<Vec<Directive>, F::Error> {
        let query = Query::of::<Directive>()
            .filter("directive_tree_id", self.directive_tree_id)
            .filter("directive_tier_id", self.directive_tier_id);
        all(query, census).await
    }

    /// Loads the rewards.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn rewards<F: Fetch>(&self, census: &F) -> Result<Vec<Reward>, F::Error> {
        match self.reward_set_id {
            Some(id) => Reward::by_set(id, census).await,
            None => Ok(Vec::new()),
        }
    }
}

impl Objective {
    /// Loads the objectives of a group.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn by_group<F: Fetch>(id: ObjectiveGroupId, census: &F) -> Result<Vec<Self>, F::Error> {
        all(Query::of::<Self>().filter("objective_group_id", id), census).await
    }

    /// Loads the objectives of a set.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn by_set<F: Fetch>(id: ObjectiveSetId, census: &F) -> Result<Vec<Self>, F::Error> {
        let (field, on) = ("objective_set_id", "objective_group_id");
        linked::<ObjectiveSetToObjective, Self, F>(field, &id.to_string(), on, census).await
    }
}

impl Reward {
    /// Loads the rewards of a group.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn by_group<F: Fetch>(id: RewardGroupId, census: &F) -> Result<Vec<Self>, F::Error> {
        linked::<RewardGroupToReward, Self, F>("reward_group_id", &id.to_string(), "reward_id", census).await
    }

    /// Loads the rewards of a set.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn by_set<F: Fetch>(id: RewardSetId, census: &F) -> Result<Vec<Self>, F::Error> {
        let groups = Query::of::<RewardSetToRewardGroup>().filter("reward_set_id", id);
        let groups: Vec<RewardSetToRewardGroup> = all(groups, census).await?;
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let links = any_of(groups.iter().map(|group| group.reward_group_id));
        let links = Query::of::<RewardGroupToReward>().filter("reward_group_id", links);
        let links: Vec<RewardGroupToReward> = all(links, census).await?;
        let rewards: Vec<_> = links.iter().map(|link| link.reward_id).collect();
        census.by_ids(&rewards).await
    }
}
