//! The macros of auraxis: `#[trigger]` and `one_of!`.
//!
//! A `#[trigger]` goes through four steps, each in the file of its name:
//!
//! ```text
//! args, function   read what is written, taking note of every mistake on the way
//! check            what is written must make sense; one small function per rule
//! model            what will be generated
//! expand           generate it; cannot fail
//! ```
//!
//! The function itself is always emitted exactly as it came, whether or not there are mistakes, so that an editor goes
//! on completing inside its body and other code may call it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{args::Args, errors::Errors, function::Function, model::Trigger};

mod args;
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
mod spelling;
#[cfg(test)]
mod tests;
mod tokens;

#[doc = include_str!("trigger.md")]
#[proc_macro_attribute]
pub fn trigger(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let expansion = attribute(args.into(), &item.into());
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

/// The item as it came, followed by its registration or by all that is wrong with it.
fn attribute(args: TokenStream, item: &TokenStream) -> TokenStream {
    let registration = registration(args, item.clone()).unwrap_or_else(syn::Error::into_compile_error);
    quote!(#item #registration)
}

fn registration(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let function: Function = syn::parse2(item)?;
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    check::every_rule(&args, &function, &mut errors);
    let trigger = errors.finish(Trigger::new(args, &function))?;
    Ok(expand::registration(&trigger))
}
