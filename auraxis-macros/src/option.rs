//! The options of `#[trigger]`, one by one.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Error, Expr, ExprCall, Path, Result};

use crate::{spelling::nearest, tokens::bare_expr};

macro_rules! options {
    ($($setting:ident $name:literal)*) => {
        /// What can be set.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Setting {
            $($setting),*
        }

        impl Setting {
            /// In the order of the documentation.
            pub(crate) const ALL: &[Self] = &[$(Self::$setting),*];

            /// The word that users write.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$setting => $name),*
                }
            }
        }
    };
}

options! {
    Condition "condition"
    Worlds "worlds"
    Characters "characters"
    Zones "zones"
    Name "name"
    SingleShot "single_shot"
    Sequential "sequential"
    Concurrency "concurrency"
    Key "key"
    Blocking "blocking"
    Timeout "timeout"
    Queue "queue"
    Overflow "overflow"
    Crate "crate"
}

impl Setting {
    /// The option of this name.
    pub(crate) fn named(word: &Ident) -> Option<Self> {
        Self::ALL.iter().copied().find(|setting| word == setting.name())
    }

    /// Whether the option stands alone, without a value.
    fn is_flag(self) -> bool {
        matches!(self, Self::SingleShot | Self::Sequential | Self::Blocking)
    }

    /// Whether the option may be given several times.
    pub(crate) fn repeats(self) -> bool {
        self == Self::Condition
    }

    /// The mistake of writing the option like a call, `timeout(5)`.
    pub(crate) fn is_no_call(self, call: &ExprCall) -> Error {
        if self.is_flag() { self.wants_no_value(call) } else { self.wants_value(&call.func) }
    }

    fn wants_value(self, word: impl ToTokens) -> Error {
        let name = self.name();
        Error::new_spanned(word, format!("`{name}` takes a value: `{name} = …`"))
    }

    fn wants_no_value(self, value: impl ToTokens) -> Error {
        let name = self.name();
        Error::new_spanned(value, format!("`{name}` takes no value: write `{name}` alone"))
    }
}

/// An option as it was given.
pub(crate) struct Given {
    pub(crate) setting: Setting,
    /// The option's name, where the user wrote it.
    pub(crate) word: Ident,
    pub(crate) value: Value,
}

/// What an option was set to.
pub(crate) enum Value {
    /// The option is a flag.
    Flag,
    /// An expression, which the builder will judge.
    Expr(Expr),
    /// A variant of `OverflowPolicy`, located at the word that stands for it.
    Policy(Ident),
    /// Where the framework is found.
    Crate(Path),
}

impl Given {
    /// Understands `word = value`, or `word` alone.
    pub(crate) fn new(word: Ident, value: Option<Expr>) -> Result<Self> {
        let Some(setting) = Setting::named(&word) else {
            return Err(unknown(&word, value.as_ref()));
        };
        let value = match (setting, value) {
            (_, None) if setting.is_flag() => Value::Flag,
            (_, None) => return Err(setting.wants_value(&word)),
            (_, Some(value)) if setting.is_flag() => return Err(setting.wants_no_value(value)),
            (Setting::Overflow, Some(value)) => Value::Policy(policy(&value)?),
            (Setting::Crate, Some(value)) => Value::Crate(path(&value)?),
            (_, Some(value)) => Value::Expr(value),
        };
        Ok(Self { setting, word, value })
    }
}

fn unknown(word: &Ident, value: Option<&Expr>) -> Error {
    let names = Setting::ALL.iter().map(|setting| setting.name());
    let text = word.to_string();
    let hint = match nearest(&text, names.clone()) {
        Some(name) => format!(", did you mean `{name}`?"),
        None if ["event", "events", "on"].contains(&&*text) => {
            ": events are listed first, `#[trigger(Death, …)]`".into()
        }
        None if value.is_none() => {
            let flags =
                Setting::ALL.iter().filter(|setting| setting.is_flag()).map(|flag| format!("`{}`", flag.name()));
            let (flags, event) = (flags.collect::<Vec<_>>().join(", "), camel_case(&text));
            format!(": alone stand {flags}, or an event's type such as `{event}`")
        }
        None => format!(": the options are {}", names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    Error::new_spanned(word, format!("unknown option `{word}`{hint}"))
}

/// `BattleRankUp` for `battle_rank_up`.
fn camel_case(word: &str) -> String {
    let parts = word.split('_').filter_map(|part| part.split_at_checked(1));
    parts.map(|(first, rest)| first.to_uppercase() + rest).collect()
}

fn policy(value: &Expr) -> Result<Ident> {
    let word = match bare_expr(value) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    let variant = word.and_then(|word| match word.to_string().as_str() {
        "block" => Some(Ident::new("Block", word.span())),
        "drop_oldest" => Some(Ident::new("DropOldest", word.span())),
        "drop_newest" => Some(Ident::new("DropNewest", word.span())),
        _ => None,
    });
    variant.ok_or_else(|| Error::new_spanned(value, "`overflow` is `block`, `drop_oldest` or `drop_newest`"))
}

fn path(value: &Expr) -> Result<Path> {
    match bare_expr(value) {
        Expr::Path(path) if path.qself.is_none() => Ok(path.path.clone()),
        _ => Err(Error::new_spanned(value, "`crate` takes a path: `crate = my_bot::auraxis`")),
    }
}
