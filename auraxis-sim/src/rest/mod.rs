//! The REST API.
//!
//! [`answer`] serves a request: [`address`] splits the path and [`query`] what follows the question mark; [`catalogue`]
//! names the collection, whose rows are made from the war as it is; [`filter`] and [`select`] search, sort and page
//! them; [`join`] and [`resolve`] add rows of other collections; [`shape`] applies `c:show`, `c:hide` and `c:lang`.
//! Errors are a [`refusal`] in the body; the status is always 200, as in the real API.

mod address;
mod answer;
mod catalogue;
mod census;
mod characters;
mod collection;
mod error;
mod field;
mod filter;
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
