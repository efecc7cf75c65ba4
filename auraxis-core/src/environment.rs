//! The platforms that the game runs on.

use std::{fmt, str::FromStr};

use crate::id::WorldId;

/// A platform that the game runs on. A connection to the event stream, and a namespace of the REST API, cover a single
/// platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Environment {
    /// PC, `ps2`.
    #[default]
    Pc,
    /// PlayStation in America, `ps2ps4us`.
    Ps4Us,
    /// PlayStation in Europe, `ps2ps4eu`.
    Ps4Eu,
}

impl Environment {
    /// All environments.
    pub const ALL: [Self; 3] = [Self::Pc, Self::Ps4Us, Self::Ps4Eu];

    /// The name used in URLs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pc => "ps2",
            Self::Ps4Us => "ps2ps4us",
            Self::Ps4Eu => "ps2ps4eu",
        }
    }

    /// The current and former worlds of this environment.
    #[must_use]
    pub const fn worlds(self) -> &'static [WorldId] {
        match self {
            Self::Pc => &[
                WorldId::OSPREY,
                WorldId::WAINWRIGHT,
                WorldId::COBALT,
                WorldId::EMERALD,
                WorldId::JAEGER,
                WorldId::APEX,
                WorldId::BRIGGS,
                WorldId::SOLTECH,
            ],
            Self::Ps4Us => &[WorldId::GENUDINE, WorldId::PALOS, WorldId::CRUX, WorldId::SEARHUS, WorldId::XELAS],
            Self::Ps4Eu => &[WorldId::CERES, WorldId::LITHCORP, WorldId::RASHNU],
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Environment {
    type Err = UnknownEnvironment;

    fn from_str(name: &str) -> Result<Self, UnknownEnvironment> {
        Self::ALL.into_iter().find(|environment| environment.name() == name).ok_or(UnknownEnvironment)
    }
}

/// The error returned for an unknown environment name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `ps2` (PC), `ps2ps4us` or `ps2ps4eu`")]
pub struct UnknownEnvironment;
