//! What a field is compared with.

use crate::{ps2::Locale, time::Timestamp};

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// Equal; with several values, equal to one of them.
    Equal,
    /// Less than.
    Less,
    /// Less than or equal.
    LessOrEqual,
    /// Greater than.
    Greater,
    /// Greater than or equal.
    GreaterOrEqual,
    /// Begins with these letters, at least 3.
    StartsWith,
    /// Contains these letters, at least 3.
    Contains,
    /// Not equal.
    NotEqual,
}

impl Modifier {
    /// All of them.
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

    /// What stands before the value.
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

    /// Whether the value is searched for within the text.
    #[must_use]
    pub const fn is_search(self) -> bool {
        matches!(self, Self::StartsWith | Self::Contains)
    }
}

/// What a field is compared with, and how. A plain value is one that the field must equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    pub(super) modifier: Modifier,
    pub(super) values: Vec<String>,
}

impl Test {
    /// A comparison that is only known while the program runs.
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
    /// Less than the value, or equal.
    le LessOrEqual;
    /// Greater than the value.
    gt Greater;
    /// Greater than the value, or equal.
    ge GreaterOrEqual;
    /// Begins with the value, which has at least 3 characters.
    starts_with StartsWith;
    /// Contains the value, which has at least 3 characters.
    contains Contains;
    /// Not equal to the value.
    ne NotEqual;
}

/// Equal to one of the values.
pub fn any_of<T: ToValue>(values: impl IntoIterator<Item = T>) -> Test {
    Test { modifier: Modifier::Equal, values: values.into_iter().map(|value| value.to_value()).collect() }
}

/// A value as it stands in an address: an id, a number, a text.
pub trait ToValue {
    /// The text, not yet encoded.
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
