//! The macros of auraxis: `#[trigger]`, `#[every]`, `#[derive(CustomEvent)]` and `one_of!`.
//!
//! `attribute` expands a `#[trigger]` or `#[every]` in four steps, each in a file of its own:
//!
//! ```text
//! args, schedule, function
//!                  parse the attribute and the function; collect errors and go on
//! check            check the rules that the grammar does not express, one function per rule
//! model            decide what to generate
//! expand           generate it; cannot fail
//! ```
//!
//! The function is emitted unchanged, even if there are errors, so that editors can complete code in its body and other
//! code can call it. Only parts that the compiler would report again, such as `const`, are removed.

mod args;
mod attribute;
mod check;
mod closure_types;
mod custom_event;
mod enclosing_block;
mod errors;
mod event;
mod expand;
mod function;
mod model;
mod one_of;
mod option;
mod paths;
mod rule;
mod schedule;
mod similar_name;
#[cfg(test)]
mod tests;
mod tokens;

use attribute::AttributeMacro;

#[doc = include_str!("trigger.md")]
#[proc_macro_attribute]
pub fn trigger(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    register(AttributeMacro::Trigger, args, item)
}

#[doc = include_str!("every.md")]
#[proc_macro_attribute]
pub fn every(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    register(AttributeMacro::Every, args, item)
}

fn register(
    attribute: AttributeMacro,
    args: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let block = enclosing_block::find(proc_macro::Span::call_site());
    let expansion = attribute.expand(args.into(), &item.into(), block);
    if std::env::var_os("AURAXIS_MACROS_DEBUG").is_some_and(|value| value == "1") {
        eprintln!("{expansion}\n");
    }
    expansion.into()
}

/// Makes a type an event of the program, which triggers can listen to and `Client::emit` raises.
///
/// ```ignore
/// #[derive(Clone, Debug, CustomEvent)]
/// struct KillingSpree {
///     character_id: CharacterId,
///     kills: u32,
/// }
///
/// #[trigger(Death)]
/// fn count(death: Death, sprees: State<Sprees>, client: Client) -> auraxis::Result {
///     match sprees.count(&death) {
///         Some(spree) => client.emit(spree), // a `KillingSpree`
///         None => Ok(()),
///     }
/// }
///
/// #[trigger(condition = |spree| spree.kills >= 10)]
/// fn announce(spree: KillingSpree) {}
/// ```
///
/// The type has to be `Clone`, `Debug`, `Send`, `Sync` and `'static`. Conditions, `key`, `cooldown`, `wait_for` and all else
/// work as with the game's events. `#[custom_event(crate = my_bot::auraxis)]` sets the path of auraxis.
#[proc_macro_derive(CustomEvent, attributes(custom_event))]
pub fn custom_event(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    custom_event::expand(input.into()).into()
}

/// Declares an enum of events, as the first parameter of a trigger that listens to several.
///
/// Such a trigger can also take `Event`, but that covers all events and always needs a `_` arm in a `match`. An enum
/// declared with `one_of!` is matched exhaustively.
///
/// ```ignore
/// one_of! {
///     /// A kill, or the destruction of a vehicle.
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
/// Each variant has the name of its event, which can be given by a path. The enum implements `Clone`, `Debug`, and `From`
/// for each of its events. A hand-written enum that is `Clone`, `Send` and `Sync` and has the same `From`
/// implementations works as well.
#[proc_macro]
pub fn one_of(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    one_of::expand(input.into()).into()
}
