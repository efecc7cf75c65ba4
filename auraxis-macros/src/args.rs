//! The arguments of the attribute: events, then options.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Expr, Result, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::{
    errors::{Errors, error, with_help},
    event::{Event, not_an_event},
    option::{OptionKind, TriggerOption},
    tokens::display,
};

/// The events and the options, in the order in which they were written.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) events: Vec<Event>,
    pub(crate) options: Vec<TriggerOption>,
}

impl Args {
    /// Parses the arguments. An argument that cannot be parsed is reported and skipped.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = args.parse_arg(input, errors) {
                    errors.push(error);
                    skip_arg(input);
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        // After an error, `syn` also reports the tokens that were not parsed because of it.
        if let Err(error) = parser.parse2(tokens)
            && errors.is_empty()
        {
            errors.push(error);
        }
        args
    }

    /// The first option of this kind.
    pub(crate) fn option(&self, kind: OptionKind) -> Option<&TriggerOption> {
        self.options.iter().find(|option| option.kind == kind)
    }

    fn parse_arg(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
        let result = if is_option(input) { self.parse_option(input) } else { self.parse_event(input, errors) };
        result.and_then(|()| expect_end_of_arg(input))
    }

    fn parse_option(&mut self, input: ParseStream<'_>) -> Result<()> {
        let name = input.call(Ident::parse_any)?;
        if input.peek(Token![:]) || input.peek(Token![==]) {
            let found = if input.peek(Token![:]) { ":" } else { "==" };
            return Err(input.error(with_help(format!("expected `=`, found `{found}`"), format!("write `{name} = …`"))));
        }
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(equals) if at_end_of_arg(input) => {
                return Err(match OptionKind::named(&name) {
                    Some(kind) if !kind.is_flag() => kind.missing_value(equals),
                    _ => error(equals, format!("missing value for option `{name}`"), format!("write `{name} = …`")),
                });
            }
            Some(_) => Some(input.parse()?),
            None => None,
        };
        let option = TriggerOption::new(name, value)?;
        let TriggerOption { kind, name, .. } = &option;
        if self.option(*kind).is_some() && !kind.is_repeatable() {
            return Err(error(
                name,
                format!("duplicate option `{name}`"),
                "remove one of them; only `condition` can be repeated",
            ));
        }
        self.options.push(option);
        Ok(())
    }

    fn parse_event(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
        let (arg, event) = if let Some(ty) = generic_type(input) {
            (ty.to_token_stream(), Err(not_an_event(ty)))
        } else {
            let arg: Expr = input.parse()?;
            (arg.to_token_stream(), Event::from_expr(&arg))
        };
        if !self.options.is_empty() {
            errors.at(
                &arg,
                "events must come before options",
                format!("move `{}` to the start of the list", display(&arg)),
            );
        }
        // An invalid event still counts as listed. Otherwise, a second error would say that none is.
        self.events.push(event.unwrap_or_else(|error| {
            errors.push(error);
            Event::Type(Type::Verbatim(arg))
        }));
        Ok(())
    }
}

/// Returns `true` for a word before `=`, and for a word alone unless it starts with a capital letter as events do.
pub(crate) fn is_option(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).is_ok_and(|word| {
        let is_type = word.unraw().to_string().starts_with(char::is_uppercase);
        let is_set = ahead.peek(Token![=]) || (ahead.peek(Token![:]) && !ahead.peek(Token![::]));
        is_set || (at_end_of_arg(&ahead) && !is_type)
    })
}

/// Parses a type that is not also an expression, such as `Option<Death>`.
fn generic_type(input: ParseStream<'_>) -> Option<Type> {
    let (as_type, as_expr) = (input.fork(), input.fork());
    let ty = as_type.parse().ok().filter(|_| at_end_of_arg(&as_type))?;
    let is_expr = as_expr.parse::<Expr>().is_ok() && at_end_of_arg(&as_expr);
    if is_expr {
        return None;
    }
    skip_arg(input);
    Some(ty)
}

fn at_end_of_arg(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

fn expect_end_of_arg(input: ParseStream<'_>) -> Result<()> {
    if at_end_of_arg(input) { Ok(()) } else { Err(input.error("expected `,`")) }
}

pub(crate) fn skip_arg(input: ParseStream<'_>) {
    while !at_end_of_arg(input) && input.parse::<TokenTree>().is_ok() {}
}
