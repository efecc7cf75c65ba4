//! What the server keeps for one connection.

use std::cell::OnceCell;

use super::{endpoints, frames};
use crate::{
    command::Command, environment::Environment, event::Event, id::CharacterId, server_state::ServerState,
    subscription::Subscription,
};

/// What the server keeps for one connection: its subscription.
///
/// ```
/// use auraxis_core::{command::Command, environment::Environment, server::Subscriber};
///
/// let mut subscriber = Subscriber::new(Environment::Pc);
/// let command: Command =
///     serde_json::from_str(r#"{"service":"event","action":"subscribe","eventNames":["Death"],"characters":["5"]}"#)?;
/// subscriber.apply(&command);
/// assert_eq!(
///     subscriber.answers(&command, Vec::new),
///     [r#"{"subscription":{"characterCount":1,"eventNames":["Death"],"logicalAndCharactersWithWorlds":false,"worlds":[]}}"#]
/// );
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Subscriber {
    environment: Environment,
    state: ServerState,
    /// The meaning of `state`, computed lazily.
    subscription: OnceCell<Subscription>,
}

impl Subscriber {
    /// Returns the state of a new connection.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self { environment, state: ServerState::default(), subscription: OnceCell::new() }
    }

    /// Returns the lists and the flag of the subscription.
    #[must_use]
    pub const fn state(&self) -> &ServerState {
        &self.state
    }

    /// Returns the subscription.
    pub fn subscription(&self) -> &Subscription {
        self.subscription.get_or_init(|| self.state.meaning())
    }

    /// Returns whether an event is sent to this connection.
    #[must_use]
    pub fn admits(&self, event: &Event) -> bool {
        self.subscription().admits(event)
    }

    /// Applies a command to the subscription. Returns whether it is one that changes or reads the subscription.
    pub fn apply(&mut self, command: &Command) -> bool {
        match command {
            Command::Subscribe { .. } => self.add(command),
            Command::ClearSubscribe(_) | Command::ClearAll => {
                self.state.apply(command);
                self.subscription.take();
            }
            _ => return false,
        }
        true
    }

    /// Recomputing a large subscription for each of its many commands would take quadratic time.
    fn add(&mut self, command: &Command) {
        self.state.apply(command);
        if let Some(subscription) = self.subscription.get_mut() {
            let mut added = ServerState::default();
            added.apply(command);
            let added = added.meaning();
            subscription.events.extend(added.events);
            subscription.characters.extend(&added.characters);
            subscription.worlds.extend(&added.worlds);
            subscription.characters_and_worlds = self.state.characters_and_worlds;
        }
    }

    /// Returns the frames that answer a command that has been [applied](Self::apply). `recent` returns the characters of the
    /// last minutes; it is called if the command asks for them.
    pub fn answers(&self, command: &Command, recent: impl FnOnce() -> Vec<CharacterId>) -> Vec<String> {
        match command {
            Command::Subscribe { list_characters, .. } => vec![self.state.echo(*list_characters).to_frame()],
            Command::ClearSubscribe(_) | Command::ClearAll => vec![self.state.echo(false).to_frame()],
            Command::RecentCharacterIds => vec![frames::recent(&recent(), true)],
            Command::RecentCharacterIdsCount => vec![frames::recent(&recent(), false)],
            // Each endpoint sends an echo.
            Command::Echo(payload) if payload.is_object() => {
                vec![payload.to_string(); endpoints::names(self.environment).len()]
            }
            Command::Echo(_) => Vec::new(),
            Command::Help => vec![frames::help()],
        }
    }
}
