//! The options of `#[trigger]`.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Error, Expr, ExprCall, Path, Result};

use crate::{
    errors::error,
    similar_name::find_similar,
    tokens::{display, list, ungroup_expr},
};

macro_rules! options {
    ($($kind:ident $name:literal $(= $example:literal)?;)*) => {
        /// The options that exist.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) enum OptionKind {
            $($kind),*
        }

        impl OptionKind {
            /// All options, in the order of the documentation.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),*];

            /// The name that users write.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name),*
                }
            }

            /// The option as it could be written, with a value unless it is a flag.
            pub(crate) fn example(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!($name $(, " = ", $example)?)),*
                }
            }
        }
    };
}

options! {
    Condition "condition" = "|death| death.is_headshot";
    Worlds "worlds" = "[WorldId::SOLTECH]";
    Characters "characters" = "[CharacterId(5428010618020694593)]";
    Zones "zones" = "[ZoneId::INDAR]";
    Name "name" = r#""on_death""#;
    SingleShot "single_shot";
    Sequential "sequential";
    Concurrency "concurrency" = "8";
    Key "key" = "|death| death.character_id";
    Cooldown "cooldown" = "Duration::from_secs(60)";
    Per "per" = "|death| death.character_id";
    Batch "batch" = "500";
    Within "within" = "Duration::from_secs(5)";
    Check "check" = "is_enemy";
    Blocking "blocking";
    Timeout "timeout" = "Duration::from_secs(5)";
    Retry "retry" = "3";
    OnError "on_error" = r#"|error| eprintln!("{error}")"#;
    Required "required";
    Queue "queue" = "256";
    Overflow "overflow" = "drop_newest";
    Crate "crate" = "my_bot::auraxis";
}

impl OptionKind {
    /// The option with this name.
    pub(crate) fn named(name: &Ident) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| name == kind.name())
    }

    /// Returns `true` if the option takes no value.
    pub(crate) fn is_flag(self) -> bool {
        matches!(self, Self::SingleShot | Self::Sequential | Self::Blocking | Self::Required)
    }

    /// Returns `true` if the option can be given more than once.
    pub(crate) fn is_repeatable(self) -> bool {
        self == Self::Condition
    }

    /// The error for an option that is written like a call, `timeout(5)`.
    pub(crate) fn called(self, call: &ExprCall) -> Error {
        if self.is_flag() { self.unexpected_value(call) } else { self.missing_value(&call.func) }
    }

    /// The error for an option without a value.
    pub(crate) fn missing_value(self, tokens: impl ToTokens) -> Error {
        let (name, example) = (self.name(), self.example());
        error(tokens, format!("missing value for option `{name}`"), format!("write `{name} = …`, such as `{example}`"))
    }

    fn unexpected_value(self, value: impl ToTokens) -> Error {
        let name = self.name();
        error(value, format!("option `{name}` does not take a value"), format!("write `{name}` alone"))
    }
}

/// An option with its value.
pub(crate) struct TriggerOption {
    pub(crate) kind: OptionKind,
    /// The option's name, with the span in the attribute.
    pub(crate) name: Ident,
    pub(crate) value: OptionValue,
}

/// The value of an option.
pub(crate) enum OptionValue {
    /// No value: the option is a flag.
    Flag,
    /// An expression, passed to the builder's method of the same name.
    Expr(Expr),
    /// A variant of `OverflowPolicy`, with the span of the word that stands for it.
    Policy(Ident),
    /// The path of auraxis.
    Crate(Path),
}

impl TriggerOption {
    /// Creates the option from `name = value`, or from `name` alone.
    pub(crate) fn new(name: Ident, value: Option<Expr>) -> Result<Self> {
        let Some(kind) = OptionKind::named(&name) else {
            return Err(unknown(&name, value.as_ref()));
        };
        let value = match (kind, value) {
            (_, None) if kind.is_flag() => OptionValue::Flag,
            (_, None) => return Err(kind.missing_value(&name)),
            (_, Some(value)) if kind.is_flag() => return Err(kind.unexpected_value(value)),
            (OptionKind::Overflow, Some(value)) => OptionValue::Policy(policy(&value)?),
            (OptionKind::Crate, Some(value)) => OptionValue::Crate(path(&value)?),
            (_, Some(value)) => OptionValue::Expr(value),
        };
        Ok(Self { kind, name, value })
    }
}

fn unknown(name: &Ident, value: Option<&Expr>) -> Error {
    let text = name.to_string();
    let help = if let Some(similar) = find_similar(&text, OptionKind::ALL.iter().map(|kind| kind.name())) {
        format!("an option with a similar name exists: `{similar}`")
    } else if ["event", "events", "on"].contains(&&*text) {
        "list the events first, without a name: `#[trigger(Death, …)]`".into()
    } else if value.is_none() {
        let flags = names(OptionKind::is_flag);
        format!("write `{}` if it is an event; the options without a value are {flags}", camel_case(&text))
    } else {
        format!("the options are {}", names(|_| true))
    };
    error(name, format!("unknown option `{name}`"), help)
}

/// The names of some options, as a list.
fn names(filter: impl Fn(OptionKind) -> bool) -> String {
    list(OptionKind::ALL.iter().filter(|kind| filter(**kind)).map(|kind| kind.name()))
}

/// Converts `battle_rank_up` to `BattleRankUp`.
fn camel_case(word: &str) -> String {
    let parts = word.split('_').filter_map(|part| part.split_at_checked(1));
    parts.map(|(first, rest)| first.to_uppercase() + rest).collect()
}

fn policy(value: &Expr) -> Result<Ident> {
    let word = match ungroup_expr(value) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    let variant = word.and_then(|word| match word.to_string().as_str() {
        "block" => Some(Ident::new("Block", word.span())),
        "drop_oldest" => Some(Ident::new("DropOldest", word.span())),
        "drop_newest" => Some(Ident::new("DropNewest", word.span())),
        _ => None,
    });
    variant.ok_or_else(|| {
        error(
            value,
            format!("unknown overflow policy `{}`", display(value)),
            "the policies are `block`, `drop_oldest` and `drop_newest`",
        )
    })
}

fn path(value: &Expr) -> Result<Path> {
    match ungroup_expr(value) {
        Expr::Path(path) if path.qself.is_none() => Ok(path.path.clone()),
        _ => {
            let help = format!("write the path without quotes, such as `{}`", OptionKind::Crate.example());
            Err(error(value, "expected the path of auraxis", help))
        }
    }
}
