//! The arguments of `#[every]`: when, then options.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{
    Error, Expr, ExprLit, Lit, LitStr, Result, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use crate::{
    args::{Args, is_option, skip_arg},
    errors::{Errors, error},
    option::OptionKind,
    paths::Paths,
    tokens::{generated_at, list},
};

/// The options that a periodic trigger has.
const OPTIONS: [OptionKind; 8] = [
    OptionKind::Condition,
    OptionKind::Name,
    OptionKind::Concurrency,
    OptionKind::Check,
    OptionKind::Blocking,
    OptionKind::Timeout,
    OptionKind::Retry,
    OptionKind::OnError,
];

/// The units of an interval in milliseconds, longer names first.
const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// When a periodic trigger runs.
pub(crate) enum Schedule {
    /// In milliseconds, with the span of the text.
    Milliseconds(u64, Span),
    /// A `Duration`.
    Interval(TokenStream),
    Cron(TokenStream),
}

impl Schedule {
    /// Parses the arguments. Errors are reported, and what follows is parsed all the same.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> (Option<Self>, Args) {
        let (mut schedule, mut rest) = (None, TokenStream::new());
        let parser = |input: ParseStream<'_>| {
            match Self::parse_first(input) {
                Ok(first) => schedule = Some(first),
                Err(error) => {
                    errors.push(error);
                    if !is_option(input) {
                        skip_arg(input);
                    }
                }
            }
            input.parse::<Option<Token![,]>>()?;
            rest = input.parse()?;
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
        let args = Args::parse(rest, errors);
        for event in &args.events {
            errors.at(event, "a periodic trigger has no events", "remove it, or write `#[trigger(…)]`");
        }
        for option in args.options.iter().filter(|option| option.kind != OptionKind::Crate) {
            if !OPTIONS.contains(&option.kind) {
                let names = list(OPTIONS.iter().map(|kind| kind.name()));
                let message = format!("a periodic trigger has no option `{}`", option.name);
                errors.at(&option.name, message, format!("remove it; the options are {names}"));
            }
        }
        (schedule, args)
    }

    fn parse_first(input: ParseStream<'_>) -> Result<Self> {
        let help = "write, for example, `#[every(\"5m\")]` or `#[every(cron = \"0 4 * * *\")]`";
        if input.is_empty() {
            return Err(error(TokenStream::new(), "missing interval", help));
        }
        if is_option(input) {
            let ahead = input.fork();
            let name = ahead.call(syn::Ident::parse_any)?;
            if name != "cron" {
                return Err(error(name, "expected an interval first", help));
            }
            input.call(syn::Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            return Ok(Self::Cron(input.parse::<Expr>()?.into_token_stream()));
        }
        match input.parse()? {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Self::from_text(&text),
            Expr::Lit(literal) => Err(error(literal, "expected an interval with a unit", help)),
            interval => Ok(Self::Interval(interval.into_token_stream())),
        }
    }

    /// Parses an interval such as `1h30m`.
    fn from_text(literal: &LitStr) -> Result<Self> {
        let invalid = |message: &str| {
            let help = "write numbers with the units `d`, `h`, `m`, `s` or `ms`, such as `\"5m\"` or `\"1h30m\"`";
            Err::<Self, Error>(error(literal, format!("{message} `\"{}\"`", literal.value()), help))
        };
        let (text, mut sum) = (literal.value(), 0_u64);
        let mut rest = text.trim();
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, after) = rest.split_at(digits);
            let unit = UNITS.iter().find(|(name, _)| after.starts_with(name));
            let (Ok(number), Some((name, milliseconds))) = (number.parse::<u64>(), unit) else {
                return invalid("expected an interval, found");
            };
            match number.checked_mul(*milliseconds).and_then(|more| sum.checked_add(more)) {
                Some(total) => sum = total,
                None => return invalid("too long an interval:"),
            }
            rest = after[name.len()..].trim_start();
        }
        if sum == 0 { invalid("expected an interval, found") } else { Ok(Self::Milliseconds(sum, literal.span())) }
    }

    /// The builder of the trigger.
    pub(crate) fn builder(&self, paths: impl Fn(Span) -> Paths) -> TokenStream {
        match self {
            Self::Milliseconds(milliseconds, span) => {
                let span = generated_at(*span);
                let Paths { trigger, duration, .. } = paths(span);
                quote_spanned!(span=> #trigger::every(#duration::from_millis(#milliseconds)))
            }
            Self::Interval(interval) => {
                let span = generated_at(interval.span());
                let Paths { trigger, .. } = paths(span);
                quote_spanned!(span=> #trigger::every(#interval))
            }
            Self::Cron(expression) => {
                let span = generated_at(expression.span());
                let Paths { trigger, .. } = paths(span);
                quote_spanned!(span=> #trigger::cron(#expression))
            }
        }
    }
}
