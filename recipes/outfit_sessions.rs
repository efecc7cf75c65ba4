//! Prints when members of an outfit log in, and how long they have played when they log out.
//!
//! `OUTFIT=TAG cargo run -p auraxis-recipes --bin outfit_sessions`; without a tag, it takes the largest outfit.

use std::{
    collections::HashMap,
    env,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use anyhow::anyhow;
use auraxis::{census, prelude::*};

/// The time that a member who is online has played.
struct Session {
    since: Timestamp,
    /// Whether the login was seen, and not only that the member is online.
    is_complete: bool,
}

#[derive(Default)]
struct Sessions(Mutex<HashMap<CharacterId, Session>>);

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<CharacterId, Session>> {
        self.0.lock().expect("no run panics with the lock")
    }
}

/// Runs at the start, and then every hour, because members join and leave.
#[every("1h", retry = 5)]
async fn find_members(tick: Tick, sessions: State<Sessions>, client: Client) -> auraxis::Result {
    let Some(outfit) = outfit(&client).await? else {
        client.fail(anyhow!("there is no such outfit; check `OUTFIT`"));
        return Ok(());
    };
    let members: Vec<_> = outfit.members(&client).await?.iter().map(|member| member.character_id).collect();
    // Updates the subscription: the server sends only the logins and logouts of these characters.
    if let Some(trigger) = client.trigger("on_presence") {
        trigger.set_characters(members.iter().copied());
    }

    let online = Character::online_among(&members, &client).await?;
    println!("[{}] {outfit}: {} of {} members are online", outfit.tag().unwrap_or("-"), online.len(), members.len());
    let mut sessions = sessions.lock();
    for member in online {
        sessions.entry(member.character_id).or_insert(Session { since: tick.timestamp, is_complete: false });
    }
    Ok(())
}

async fn outfit(client: &Client) -> auraxis::Result<Option<Outfit>, census::Error> {
    match env::var("OUTFIT").ok().filter(|tag| !tag.is_empty()) {
        Some(tag) => Outfit::by_tag(&tag, client).await,
        None => client.find().with(|query| query.sort_descending("member_count")).first().await,
    }
}

one_of! {
    /// A character logged in or out.
    enum Presence { PlayerLogin, PlayerLogout }
}

/// Matches no event until `find_members` has set the characters.
#[trigger(PlayerLogin, PlayerLogout, characters = Vec::<CharacterId>::new())]
async fn on_presence(presence: Presence, sessions: State<Sessions>, client: Client) -> auraxis::Result {
    // Before the first `.await`, handlers run in the order of the events.
    let (member, news) = match presence {
        Presence::PlayerLogin(login) => {
            // Replaces the session of a member whose logout was missed.
            let session = Session { since: login.timestamp, is_complete: true };
            sessions.lock().insert(login.character_id, session);
            (login.character_id, "has logged in".to_owned())
        }
        Presence::PlayerLogout(logout) => {
            let Some(session) = sessions.lock().remove(&logout.character_id) else { return Ok(()) };
            let played = hours_and_minutes(logout.timestamp.since(session.since));
            let at_least = if session.is_complete { "" } else { "at least " };
            (logout.character_id, format!("has played {at_least}{played}"))
        }
    };
    match client.get_by_id::<Character>(member).await? {
        Some(character) => println!("{character} {news}"),
        None => println!("character {member} {news}"),
    }
    Ok(())
}

fn hours_and_minutes(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example", state = Sessions::default())
}
