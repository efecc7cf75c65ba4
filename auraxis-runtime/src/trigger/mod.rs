//! Triggers, as users write them: which events, under which conditions, in what order, and what to do.
//!
//! [`builder`] is the way to write one by hand, and what `#[trigger]` stands for. A [`handler`] is what it runs, with
//! what it asks for from the [`context`]; [`condition`] what must hold before. [`registration`] collects the functions
//! that are annotated in the whole program. [`handle`] is a hold on a trigger that has been added.

pub(crate) mod builder;
pub(crate) mod condition;
pub(crate) mod context;
pub(crate) mod first_parameter;
pub(crate) mod handle;
pub(crate) mod handler;
pub(crate) mod registration;
