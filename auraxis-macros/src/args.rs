//! What stands in the parentheses of the attribute: events, then options.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Error, Expr, Result, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::{
    errors::Errors,
    event::{Event, not_an_event},
    option::{Given, Setting},
};

/// The events and the options, in the order in which they were written.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) events: Vec<Event>,
    pub(crate) options: Vec<Given>,
}

impl Args {
    /// Reads everything that can be understood; what cannot is noted and passed over.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let read = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = args.item(input, errors) {
                    errors.push(error);
                    skip_item(input);
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        // `syn` complains once more at the end about tokens left behind by a mistake that is known already.
        if let Err(error) = read.parse2(tokens)
            && errors.is_empty()
        {
            errors.push(error);
        }
        args
    }

    /// The first option of this kind, if one was given.
    pub(crate) fn given(&self, setting: Setting) -> Option<&Given> {
        self.options.iter().find(|given| given.setting == setting)
    }

    fn item(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
        let outcome = if is_option(input) { self.option(input) } else { self.event(input, errors) };
        outcome.and_then(|()| end_of_item(input))
    }

    fn option(&mut self, input: ParseStream<'_>) -> Result<()> {
        let word = input.call(Ident::parse_any)?;
        if input.peek(Token![:]) || input.peek(Token![==]) {
            return Err(input.error(format!("an option is set with `=`: `{word} = …`")));
        }
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(equals) if at_end_of_item(input) => {
                return Err(Error::new_spanned(equals, format!("a value is missing: `{word} = …`")));
            }
            Some(_) => Some(input.parse()?),
            None => None,
        };
        let given = Given::new(word, value)?;
        let Given { setting, word, .. } = &given;
        if self.given(*setting).is_some() && !setting.repeats() {
            return Err(Error::new_spanned(word, format!("`{word}` was already given")));
        }
        self.options.push(given);
        Ok(())
    }

    fn event(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
        let (item, event) = if let Some(ty) = generic_type(input) {
            (ty.to_token_stream(), Err(not_an_event(ty)))
        } else {
            let item: Expr = input.parse()?;
            (item.to_token_stream(), Event::new(&item))
        };
        if !self.options.is_empty() {
            errors.at(&item, "events come before options");
        }
        // An event that is listed, if badly, must not lead to the complaint that none is.
        self.events.push(event.unwrap_or_else(|error| {
            errors.push(error);
            Event::Type(Type::Verbatim(item))
        }));
        Ok(())
    }
}

/// An option is a word before `=`, or alone. A word alone that starts with a capital is an event.
fn is_option(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).is_ok_and(|word| {
        let is_type = word.unraw().to_string().starts_with(char::is_uppercase);
        let is_set = ahead.peek(Token![=]) || (ahead.peek(Token![:]) && !ahead.peek(Token![::]));
        is_set || (at_end_of_item(&ahead) && !is_type)
    })
}

/// A type such as `Option<Death>`, which is no expression.
fn generic_type(input: ParseStream<'_>) -> Option<Type> {
    let (as_type, as_expr) = (input.fork(), input.fork());
    let ty = as_type.parse().ok().filter(|_| at_end_of_item(&as_type))?;
    let is_expr = as_expr.parse::<Expr>().is_ok() && at_end_of_item(&as_expr);
    if is_expr {
        return None;
    }
    skip_item(input);
    Some(ty)
}

fn at_end_of_item(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

fn end_of_item(input: ParseStream<'_>) -> Result<()> {
    if at_end_of_item(input) { Ok(()) } else { Err(input.error("expected `,`")) }
}

fn skip_item(input: ParseStream<'_>) {
    while !at_end_of_item(input) && input.parse::<TokenTree>().is_ok() {}
}
