//! What a client says to the event stream.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::Value;

/// The longest list that one command carries. The official service documents no limit; the mirror at Nanite Systems
/// takes 500.
const LONGEST_LIST: usize = 500;

/// A command to the event stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Adds to the subscription. With empty lists and no flag it changes nothing and asks for an [`Echo`].
    Subscribe {
        /// What to add.
        lists: Lists,
        /// What to set the flag to; `None` leaves it.
        characters_and_worlds: Option<bool>,
        /// Asks for an [`Echo`] that lists the characters instead of counting them.
        list_characters: bool,
    },
    /// Removes from the subscription.
    ClearSubscribe(Lists),
    /// Removes everything from the subscription.
    ClearAll,
    /// Asks for the characters seen lately.
    RecentCharacterIds,
    /// Asks how many characters were seen lately.
    RecentCharacterIdsCount,
    /// Asks for the payload to be sent back, once by each world.
    Echo(Value),
    /// Asks for the commands and events, as examples.
    Help,
}

/// The three lists of a subscription, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Ids, or `all`.
    pub characters: BTreeSet<String>,
    /// Names, or `all`.
    pub event_names: BTreeSet<String>,
    /// Ids, or `all`.
    pub worlds: BTreeSet<String>,
}

impl Lists {
    /// Whether all three are empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty() && self.event_names.is_empty() && self.worlds.is_empty()
    }

    /// What is here and not there.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let difference = |mine: &BTreeSet<String>, others| mine.difference(others).cloned().collect();
        Self {
            characters: difference(&self.characters, &other.characters),
            event_names: difference(&self.event_names, &other.event_names),
            worlds: difference(&self.worlds, &other.worlds),
        }
    }

    /// Each of the lists, with the same list of the other.
    pub(crate) fn pairs<'a>(&'a mut self, other: &'a Self) -> [(&'a mut BTreeSet<String>, &'a BTreeSet<String>); 3] {
        [
            (&mut self.characters, &other.characters),
            (&mut self.event_names, &other.event_names),
            (&mut self.worlds, &other.worlds),
        ]
    }

    /// The same in portions that one command can carry; at least one.
    pub(crate) fn chunks(self) -> impl Iterator<Item = Self> {
        let portions = |list: BTreeSet<String>| {
            let list: Vec<_> = list.into_iter().collect();
            list.chunks(LONGEST_LIST).map(|portion| portion.iter().cloned().collect()).collect::<Vec<BTreeSet<_>>>()
        };
        let (characters, event_names, worlds) =
            (portions(self.characters), portions(self.event_names), portions(self.worlds));
        let longest = characters.len().max(event_names.len()).max(worlds.len()).max(1);
        let at = |portions: &[BTreeSet<String>], at: usize| portions.get(at).cloned().unwrap_or_default();
        (0..longest).map(move |n| Self {
            characters: at(&characters, n),
            event_names: at(&event_names, n),
            worlds: at(&worlds, n),
        })
    }
}

impl Command {
    /// The text of the frame that carries it.
    #[must_use]
    pub fn to_frame(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("service", "event")?;
        let action = match self {
            Self::Subscribe { .. } => "subscribe",
            Self::ClearSubscribe(_) | Self::ClearAll => "clearSubscribe",
            Self::RecentCharacterIds => "recentCharacterIds",
            Self::RecentCharacterIdsCount => "recentCharacterIdsCount",
            Self::Echo(_) => "echo",
            Self::Help => "help",
        };
        map.serialize_entry("action", action)?;
        match self {
            Self::Subscribe { lists, .. } | Self::ClearSubscribe(lists) => {
                for (name, list) in
                    [("characters", &lists.characters), ("eventNames", &lists.event_names), ("worlds", &lists.worlds)]
                {
                    if !list.is_empty() {
                        map.serialize_entry(name, list)?;
                    }
                }
                if let Self::Subscribe { characters_and_worlds, list_characters, .. } = self {
                    if let Some(flag) = characters_and_worlds {
                        map.serialize_entry("logicalAndCharactersWithWorlds", flag)?;
                    }
                    if *list_characters {
                        map.serialize_entry("list_characters", list_characters)?;
                    }
                }
            }
            Self::ClearAll => map.serialize_entry("all", "true")?,
            Self::Echo(payload) => map.serialize_entry("payload", payload)?,
            Self::RecentCharacterIds | Self::RecentCharacterIdsCount | Self::Help => {}
        }
        map.end()
    }
}

/// A command as clients write it: ids as text or number, flags as boolean or text.
#[derive(Deserialize)]
struct Written {
    service: String,
    action: String,
    #[serde(default)]
    characters: Texts,
    #[serde(default, rename = "eventNames")]
    event_names: Texts,
    #[serde(default)]
    worlds: Texts,
    #[serde(default, rename = "logicalAndCharactersWithWorlds")]
    characters_and_worlds: Option<Truth>,
    #[serde(default)]
    list_characters: Option<Truth>,
    #[serde(default)]
    all: Option<Truth>,
    #[serde(default)]
    payload: Value,
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        if written.service != "event" {
            return Err(D::Error::custom(format_args!("no service is called `{}`", written.service)));
        }
        let lists =
            Lists { characters: written.characters.0, event_names: written.event_names.0, worlds: written.worlds.0 };
        Ok(match written.action.as_str() {
            "subscribe" => Self::Subscribe {
                lists,
                characters_and_worlds: written.characters_and_worlds.map(|flag| flag.0),
                list_characters: written.list_characters.is_some_and(|list| list.0),
            },
            "clearSubscribe" if written.all.is_some_and(|all| all.0) => Self::ClearAll,
            "clearSubscribe" => Self::ClearSubscribe(lists),
            "recentCharacterIds" => Self::RecentCharacterIds,
            "recentCharacterIdsCount" => Self::RecentCharacterIdsCount,
            "echo" => Self::Echo(written.payload),
            "help" => Self::Help,
            other => return Err(D::Error::custom(format_args!("no action is called `{other}`"))),
        })
    }
}

/// A list of texts, some of which may be numbers.
#[derive(Default)]
struct Texts(BTreeSet<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts or numbers")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = BTreeSet::new();
                while let Some(value) = list.next_element::<Value>()? {
                    texts.insert(text(&value));
                }
                Ok(Texts(texts))
            }
        }

        deserializer.deserialize_seq(List)
    }
}

/// A boolean that may be written as text.
struct Truth(bool);

impl<'de> Deserialize<'de> for Truth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(truth) => Ok(Self(truth)),
            Value::String(text) if text == "true" => Ok(Self(true)),
            Value::String(text) if text == "false" => Ok(Self(false)),
            other => Err(D::Error::custom(format_args!("{other} is neither true nor false"))),
        }
    }
}

/// The subscription of a connection as the server tells it, the only acknowledgement of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Echo {
    /// How many characters there are; missing if they are listed.
    #[serde(default, rename = "characterCount", deserialize_with = "count", skip_serializing_if = "Option::is_none")]
    pub character_count: Option<usize>,
    /// The characters, if there is an `all` among them or a listing was asked for.
    #[serde(default, deserialize_with = "some_texts", skip_serializing_if = "Option::is_none")]
    pub characters: Option<BTreeSet<String>>,
    /// The event names, as they were sent.
    #[serde(default, rename = "eventNames", deserialize_with = "texts")]
    pub event_names: BTreeSet<String>,
    /// The flag.
    #[serde(default, rename = "logicalAndCharactersWithWorlds", deserialize_with = "flag")]
    pub characters_and_worlds: bool,
    /// The worlds.
    #[serde(default, deserialize_with = "texts")]
    pub worlds: BTreeSet<String>,
}

impl Echo {
    /// The text of the frame that carries it.
    #[must_use]
    pub fn to_frame(&self) -> String {
        #[derive(Serialize)]
        struct Frame<'a> {
            subscription: &'a Echo,
        }

        serde_json::to_string(&Frame { subscription: self }).unwrap_or_default()
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}

/// A list of texts, some of which may be numbers; or the only one of them, or nothing.
fn some_texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeSet<String>>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::Array(values) => Some(values.iter().map(text).collect()),
        value => Some(BTreeSet::from([text(&value)])),
    })
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    some_texts(deserializer).map(Option::unwrap_or_default)
}

fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    Ok(text(&Value::deserialize(deserializer)?).parse().ok())
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Truth::deserialize(deserializer).map(|truth| truth.0)
}
