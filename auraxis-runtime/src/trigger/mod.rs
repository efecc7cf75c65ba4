//! Triggers, as users write them.
//!
//! The [`builder`] creates triggers; `#[trigger]` generates calls of its methods. A trigger runs a [`handler`], whose
//! extractors are resolved from the [`context`], if every [`condition`] holds. [`registration`] collects all annotated
//! functions of the program. A [`handle`] controls an added trigger. [`first_parameter`] is for generated code.

pub(crate) mod builder;
pub(crate) mod condition;
pub(crate) mod context;
pub(crate) mod first_parameter;
pub(crate) mod handle;
pub(crate) mod handler;
pub(crate) mod registration;
