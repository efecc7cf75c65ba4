//! The macros of auraxis: `#[trigger]` and `one_of!`.
//!
//! A `#[trigger]` goes through four steps (`attribute`), each in the file of its name:
//!
//! ```text
//! args, function   read what is written, taking note of every mistake on the way
//! check            what is written must make sense; one small function per rule
//! model            what will be generated
//! expand           generate it; cannot fail
//! ```
//!
//! The function itself is emitted as it came, even below a mistake, so that an editor goes on completing inside its body
//! and other code may call it. Only what a mistake is about may be left out, for the compiler would report it again.

mod args;
mod attribute;
mod check;
mod closure;
mod errors;
mod event;
mod expand;
mod function;
mod model;
mod one_of;
mod option;
mod paths;
mod place;
mod rule;
mod spelling;
#[cfg(test)]
mod tests;
mod tokens;

#[doc = include_str!("trigger.md")]
#[proc_macro_attribute]
pub fn trigger(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let holder = place::holder(proc_macro::Span::call_site());
    let expansion = attribute::expand(args.into(), &item.into(), holder);
    if std::env::var_os("AURAXIS_MACROS_DEBUG").is_some_and(|value| value == "1") {
        eprintln!("{expansion}\n");
    }
    expansion.into()
}

/// Declares an enum that holds one of several events, and nothing else.
///
/// A trigger that listens to several events takes them as one value. `Event` can hold everything and so needs a `_` arm
/// in every `match`; an enum of your own is matched exhaustively.
///
/// ```ignore
/// one_of! {
///     /// Something was shot.
///     #[derive(PartialEq)]
///     pub enum Fight { Death, VehicleDestroy }
/// }
///
/// #[trigger(Death, VehicleDestroy)]
/// fn on_fight(fight: Fight) {
///     match fight {
///         Fight::Death(death) => println!("{} died", death.character_id),
///         Fight::VehicleDestroy(destroy) => println!("{} lost a vehicle", destroy.character_id),
///     }
/// }
/// ```
///
/// Each variant is named after its event, which may be given by a path. The enum gets `Clone`, `Debug`, and `From` each
/// of its events; a hand-written enum with the same `From`s works as well.
#[proc_macro]
pub fn one_of(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    one_of::expand(input.into()).into()
}
