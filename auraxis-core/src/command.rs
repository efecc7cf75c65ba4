//! The commands that a client sends to the event stream.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::Value;

/// The longest list in one command. The official service documents no limit; the mirror at Nanite Systems accepts 500.
const LONGEST_LIST: usize = 500;

/// A command to the event stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Adds to the subscription. With empty lists and no flag, changes nothing and requests an [`Echo`].
    Subscribe {
        /// The entries to add.
        lists: Lists,
        /// The new value of the flag `logicalAndCharactersWithWorlds`; `None` keeps it.
        characters_and_worlds: Option<bool>,
        /// Requests an [`Echo`] that lists the characters instead of counting them.
        list_characters: bool,
    },
    /// Removes from the subscription.
    ClearSubscribe(Lists),
    /// Removes everything from the subscription.
    ClearAll,
    /// Requests the recently seen characters.
    RecentCharacterIds,
    /// Requests the number of recently seen characters.
    RecentCharacterIdsCount,
    /// Requests that each world sends the payload back.
    Echo(Value),
    /// Requests examples of all commands and events.
    Help,
}

/// The three lists of a subscription, as strings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Lists {
    /// Ids, or `all`.
    pub characters: BTreeSet<String>,
    /// Names, or `all`.
    pub event_names: BTreeSet<String>,
    /// Ids, or `all`.
    pub worlds: BTreeSet<String>,
}

impl Lists {
    /// Returns `true` if all three lists are empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty() && self.event_names.is_empty() && self.worlds.is_empty()
    }

    /// Returns the entries that `other` does not contain.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let difference = |mine: &BTreeSet<String>, others| mine.difference(others).cloned().collect();
        Self {
            characters: difference(&self.characters, &other.characters),
            event_names: difference(&self.event_names, &other.event_names),
            worlds: difference(&self.worlds, &other.worlds),
        }
    }

    /// Returns each list together with the same list of `other`.
    pub(crate) fn pairs<'a>(&'a mut self, other: &'a Self) -> [(&'a mut BTreeSet<String>, &'a BTreeSet<String>); 3] {
        [
            (&mut self.characters, &other.characters),
            (&mut self.event_names, &other.event_names),
            (&mut self.worlds, &other.worlds),
        ]
    }

    /// Splits the lists into chunks that fit into one command; at least one chunk.
    pub fn chunks(self) -> impl Iterator<Item = Self> {
        let chunks = |list: BTreeSet<String>| {
            let list: Vec<_> = list.into_iter().collect();
            list.chunks(LONGEST_LIST).map(|chunk| chunk.iter().cloned().collect()).collect::<Vec<BTreeSet<_>>>()
        };
        let (characters, event_names, worlds) =
            (chunks(self.characters), chunks(self.event_names), chunks(self.worlds));
        let longest = characters.len().max(event_names.len()).max(worlds.len()).max(1);
        let at = |chunks: &[BTreeSet<String>], at: usize| chunks.get(at).cloned().unwrap_or_default();
        (0..longest).map(move |n| Self {
            characters: at(&characters, n),
            event_names: at(&event_names, n),
            worlds: at(&worlds, n),
        })
    }
}

impl fmt::Display for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for (list, one, many) in [
            (&self.event_names, "event", "events"),
            (&self.worlds, "world", "worlds"),
            (&self.characters, "character", "characters"),
        ] {
            match list.len() {
                0 => {}
                1 => parts.push(format!("{one} {}", list.first().map_or("", String::as_str))),
                2..=8 => parts.push(format!("{many} {}", list.iter().cloned().collect::<Vec<_>>().join(", "))),
                n => parts.push(format!("{n} {many}")),
            }
        }
        if parts.is_empty() { f.write_str("nothing") } else { f.write_str(&parts.join("; ")) }
    }
}

impl Command {
    /// Returns the text of the command's frame.
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

/// A command as clients write it: ids are strings or numbers, flags are booleans or strings.
#[derive(Deserialize)]
struct RawCommand {
    service: String,
    action: String,
    #[serde(default)]
    characters: Strings,
    #[serde(default, rename = "eventNames")]
    event_names: Strings,
    #[serde(default)]
    worlds: Strings,
    #[serde(default, rename = "logicalAndCharactersWithWorlds")]
    characters_and_worlds: Option<LenientBool>,
    #[serde(default)]
    list_characters: Option<LenientBool>,
    #[serde(default)]
    all: Option<LenientBool>,
    #[serde(default)]
    payload: Value,
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawCommand::deserialize(deserializer)?;
        if raw.service != "event" {
            return Err(D::Error::custom(format_args!("unknown service `{}`", raw.service)));
        }
        let lists = Lists { characters: raw.characters.0, event_names: raw.event_names.0, worlds: raw.worlds.0 };
        Ok(match raw.action.as_str() {
            "subscribe" => Self::Subscribe {
                lists,
                characters_and_worlds: raw.characters_and_worlds.map(|flag| flag.0),
                list_characters: raw.list_characters.is_some_and(|list| list.0),
            },
            "clearSubscribe" if raw.all.is_some_and(|all| all.0) => Self::ClearAll,
            "clearSubscribe" => Self::ClearSubscribe(lists),
            "recentCharacterIds" => Self::RecentCharacterIds,
            "recentCharacterIdsCount" => Self::RecentCharacterIdsCount,
            "echo" => Self::Echo(raw.payload),
            "help" => Self::Help,
            other => return Err(D::Error::custom(format_args!("unknown action `{other}`"))),
        })
    }
}

/// A list of strings, some of which can be numbers.
#[derive(Default)]
struct Strings(BTreeSet<String>);

impl<'de> Deserialize<'de> for Strings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Strings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of strings or numbers")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Strings, A::Error> {
                let mut texts = BTreeSet::new();
                while let Some(value) = list.next_element::<Value>()? {
                    texts.insert(text(&value));
                }
                Ok(Strings(texts))
            }
        }

        deserializer.deserialize_seq(List)
    }
}

/// A boolean that can be raw as a string.
struct LenientBool(bool);

impl<'de> Deserialize<'de> for LenientBool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(value) => Ok(Self(value)),
            Value::String(text) if text == "true" => Ok(Self(true)),
            Value::String(text) if text == "false" => Ok(Self(false)),
            other => Err(D::Error::custom(format_args!("expected a boolean, found {other}"))),
        }
    }
}

/// The subscription of a connection as reported by the server: the only acknowledgement of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Echo {
    /// The number of characters; missing if they are listed.
    #[serde(default, rename = "characterCount", deserialize_with = "count", skip_serializing_if = "Option::is_none")]
    pub character_count: Option<usize>,
    /// The characters, if they include `all` or a list was requested.
    #[serde(default, deserialize_with = "some_texts", skip_serializing_if = "Option::is_none")]
    pub characters: Option<BTreeSet<String>>,
    /// The event names, as they were sent.
    #[serde(default, rename = "eventNames", deserialize_with = "texts")]
    pub event_names: BTreeSet<String>,
    /// The flag `logicalAndCharactersWithWorlds`.
    #[serde(default, rename = "logicalAndCharactersWithWorlds", deserialize_with = "flag")]
    pub characters_and_worlds: bool,
    /// The worlds.
    #[serde(default, deserialize_with = "texts")]
    pub worlds: BTreeSet<String>,
}

impl Echo {
    /// Returns the text of the echo's frame.
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

/// Reads a list of strings, some of which can be numbers; or a single one, or `null`.
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
    LenientBool::deserialize(deserializer).map(|flag| flag.0)
}
