//! What a fault does to the stream and to its links.

use std::time::Duration;

use auraxis_core::{
    command::{Command, Lists},
    id::WorldId,
};
use axum::extract::ws::Message;

use super::{
    frames,
    room::{Parcel, Room, millis},
};
use crate::{
    trouble::{Fault, Links, Reach, Strike},
    truth::Entry,
};

/// Lets a fault begin, and writes down the truth about it.
pub(super) fn begin(room: &mut Room, at: Duration, strike: &Strike, pick: impl FnOnce(usize) -> usize) {
    let fault = &strike.fault;
    let links = if fault.reach() == Reach::Link { chosen(room, strike.links, pick) } else { Vec::new() };
    tracing::info!(%fault, ?links, "a fault begins");
    room.note(|| Entry::Fault {
        at_ms: millis(at),
        fault: fault.to_string(),
        links: links.clone(),
        expected: fault.expected().to_owned(),
    });
    match *fault {
        Fault::SilenceWorld { world, lasting } => extend(room.silent.entry(world).or_default(), at + lasting),
        Fault::Down { world, lasting } => {
            extend(room.down.entry(world).or_default(), at + lasting);
            announce(room, at, world, false);
        }
        Fault::Refuse { status, lasting } => room.refusal = Some((status, at + lasting)),
        Fault::Ps4 { lasting } => extend(&mut room.ps4_until, at + lasting),
        _ => {}
    }
    for link in links {
        hit(room, at, link, fault);
    }
}

/// Has a world come up again, unless it went down once more meanwhile.
pub(super) fn raise(room: &mut Room, at: Duration, world: WorldId) {
    if room.down.get(&world).is_some_and(|until| *until <= at) {
        room.down.remove(&world);
        announce(room, at, world, true);
    }
}

fn extend(until: &mut Duration, end: Duration) {
    *until = end.max(*until);
}

/// Tells everybody concerned that a world went down or came up.
fn announce(room: &mut Room, at: Duration, world: WorldId, is_up: bool) {
    room.send(at, |client| {
        let endpoint = frames::endpoints(client.environment).iter().find(|name| frames::serves(name, world))?;
        (client.silent_until <= at).then(|| Parcel::Other(Message::Text(frames::service_state(endpoint, is_up).into())))
    });
}

fn chosen(room: &Room, links: Links, pick: impl FnOnce(usize) -> usize) -> Vec<u64> {
    let all: Vec<_> = room.clients.iter().map(|client| client.id).collect();
    let nth = match links {
        Links::Every => return all,
        Links::One if all.is_empty() => return all,
        Links::One => pick(all.len()),
        Links::Nth(nth) => (nth as usize).wrapping_sub(1),
    };
    all.get(nth).copied().into_iter().collect()
}

fn hit(room: &mut Room, at: Duration, id: u64, fault: &Fault) {
    let Some(client) = room.client(id) else { return };
    match fault {
        Fault::Silence { lasting } | Fault::Freeze { lasting } => {
            extend(&mut client.silent_until, at + *lasting);
            client.send(Parcel::Fault(fault.clone()));
            if matches!(fault, Fault::Freeze { .. }) {
                client.line.freeze(*lasting);
            }
        }
        Fault::Slow { bytes, lasting } => client.line.slow_down(*bytes, *lasting),
        Fault::Deaf { lasting } => client.line.deafen(*lasting),
        Fault::Reset => {
            client.line.reset();
            room.cut(at, id, "reset");
        }
        Fault::Cut => room.cut(at, id, "cut"),
        Fault::Close { .. } => {
            client.send(Parcel::Fault(fault.clone()));
            room.leave(at, id, &fault.to_string());
        }
        Fault::ForgetEverything => room.resubscribe(at, id, &Command::ClearAll),
        Fault::ForgetEvent { .. } | Fault::ForgetWorld { .. } | Fault::ForgetCharacter { .. } => {
            room.resubscribe(at, id, &Command::ClearSubscribe(forgotten(fault)));
        }
        _ => {
            client.send(Parcel::Fault(fault.clone()));
        }
    }
}

fn forgotten(fault: &Fault) -> Lists {
    let mut lists = Lists::default();
    match fault {
        Fault::ForgetEvent { name } => lists.event_names.insert(name.clone()),
        Fault::ForgetWorld { world } => lists.worlds.insert(world.to_string()),
        Fault::ForgetCharacter { character } => lists.characters.insert(character.to_string()),
        _ => false,
    };
    lists
}
