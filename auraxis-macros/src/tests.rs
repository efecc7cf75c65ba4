//! The attribute as a function from tokens to tokens. What the compiler makes of the result is tested in the facade.

mod bodies;
mod diagnostics;
mod expansion;
mod grammar;
mod one_of;
mod places;
mod snapshots;
