//! Comparisons in the terms of a query.

use crate::{ps2::Locale, time::Timestamp};

/// How a field is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// Equal; with several values, equal to any of them.
    Equal,
    /// Less than.
    Less,
    /// Less than or equal.
    LessOrEqual,
    /// Greater than.
    Greater,
    /// Greater than or equal.
    GreaterOrEqual,
    /// Starts with this text, at least 3 characters.
    StartsWith,
    /// Contains this text, at least 3 characters.
    Contains,
    /// Not equal.
    NotEqual,
}

impl Modifier {
    /// All modifiers.
    pub const ALL: [Self; 8] = [
        Self::Equal,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::StartsWith,
        Self::Contains,
        Self::NotEqual,
    ];

    /// The prefix of the value in URLs.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::Less => "<",
            Self::LessOrEqual => "[",
            Self::Greater => ">",
            Self::GreaterOrEqual => "]",
            Self::StartsWith => "^",
            Self::Contains => "*",
            Self::NotEqual => "!",
        }
    }

    /// Returns `true` for text searches.
    #[must_use]
    pub const fn is_search(self) -> bool {
        matches!(self, Self::StartsWith | Self::Contains)
    }
}

/// A comparison of a field with a value. Plain values convert into tests for equality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    pub(super) modifier: Modifier,
    pub(super) values: Vec<String>,
}

impl Test {
    /// Creates a comparison from a modifier that is only known at run time.
    pub fn new(modifier: Modifier, value: impl ToValue) -> Self {
        Self { modifier, values: vec![value.to_value()] }
    }
}

impl<T: ToValue> From<T> for Test {
    fn from(value: T) -> Self {
        Self::new(Modifier::Equal, value)
    }
}

macro_rules! tests {
    ($( $(#[$doc:meta])* $name:ident $modifier:ident; )*) => {$(
        $(#[$doc])*
        pub fn $name(value: impl ToValue) -> Test {
            Test::new(Modifier::$modifier, value)
        }
    )*};
}

tests! {
    /// Equal to the value.
    eq Equal;
    /// Less than the value.
    lt Less;
    /// Less than or equal to the value.
    le LessOrEqual;
    /// Greater than the value.
    gt Greater;
    /// Greater than or equal to the value.
    ge GreaterOrEqual;
    /// Starts with the value, which must have at least 3 characters.
    starts_with StartsWith;
    /// Contains the value, which must have at least 3 characters.
    contains Contains;
    /// Not equal to the value.
    ne NotEqual;
}

/// Equal to any of the values.
pub fn any_of<T: ToValue>(values: impl IntoIterator<Item = T>) -> Test {
    Test { modifier: Modifier::Equal, values: values.into_iter().map(|value| value.to_value()).collect() }
}

/// A value that can be used in a URL: an id, a number or text.
pub trait ToValue {
    /// Returns the value as text, not yet encoded.
    fn to_value(&self) -> String;
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> String {
        (**self).to_value()
    }
}

impl ToValue for Timestamp {
    fn to_value(&self) -> String {
        self.0.to_string()
    }
}

impl ToValue for bool {
    fn to_value(&self) -> String {
        u8::from(*self).to_string()
    }
}

macro_rules! displayed {
    ($($type:ty)*) => {$(
        impl ToValue for $type {
            fn to_value(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

displayed! { str String u8 u16 u32 u64 usize i32 i64 f32 f64 Locale }
