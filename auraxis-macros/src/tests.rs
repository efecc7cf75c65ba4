//! Tests of the macros as functions from tokens to tokens. The facade tests whether the result compiles.

mod bodies;
mod diagnostics;
mod enclosing_block;
mod expansion;
mod grammar;
mod one_of;
mod snapshots;
