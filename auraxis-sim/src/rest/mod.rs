//! The REST API.
//!
//! [`answer`] serves a request: [`address`] parses the path, and [`query`] the query string; [`catalogue`] looks up the
//! collection, whose rows are created from the current state of the war or its [`history`]; [`filter`] and [`select`] search, sort and
//! page the rows; [`join`] and [`resolve`] add rows of other collections; [`shape`] applies `c:show`, `c:hide` and
//! `c:lang`. An [`error`] is returned in the body; the status is always 200, as in the real API.

mod address;
mod answer;
mod catalogue;
mod census;
mod characters;
mod collection;
mod error;
mod field;
mod filter;
mod history;
mod join;
mod outfits;
mod project;
mod query;
mod resolve;
mod resolves;
mod row;
mod select;
mod shape;
mod tables;
mod term;
mod tree;

pub(crate) use answer::answer;
pub(crate) use history::History;
