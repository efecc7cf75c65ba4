//! Starts faults of the stream and of its links.

use std::time::Duration;

use auraxis_core::{
    command::{Command, Lists},
    id::WorldId,
    server::{endpoints, frames},
};
use axum::extract::ws::Message;

use super::{
    clients::{Clients, Outgoing, millis},
    refusal::Refusal,
};
use crate::{
    faults::{Fault, Injection, Links, Scope},
    truth::TruthEntry,
};

/// Starts a fault, and adds it to the truth.
pub(super) fn start_fault(
    clients: &mut Clients,
    at: Duration,
    injection: &Injection,
    pick: impl FnOnce(usize) -> usize,
) {
    let fault = &injection.fault;
    let links = if fault.scope() == Scope::Link { select_links(clients, injection.links, pick) } else { Vec::new() };
    tracing::info!(%fault, ?links, "a fault started");
    clients.record(|| TruthEntry::Fault {
        at_ms: millis(at),
        fault: fault.to_string(),
        links: links.clone(),
        expected: fault.expected().to_owned(),
    });
    match *fault {
        Fault::SilenceWorld { world, duration } => {
            extend_until(clients.silent.entry(world).or_default(), at + duration);
        }
        Fault::Down { world, duration } => {
            extend_until(clients.down.entry(world).or_default(), at + duration);
            announce(clients, at, world, false);
        }
        Fault::Refuse { status, duration } => refuse(clients, Refusal::Status(status), at + duration),
        Fault::RefuseNext { status } => clients.refusals.next.push_back(Refusal::Status(status)),
        Fault::Busy { duration, retry_after } => refuse(clients, Refusal::Busy(retry_after), at + duration),
        Fault::Redirect { duration, ref location } => {
            refuse(clients, Refusal::Redirect(location.clone()), at + duration);
        }
        Fault::Flap { duration } => refuse(clients, Refusal::Flap, at + duration),
        Fault::Ps4 { duration } => extend_until(&mut clients.ps4_until, at + duration),
        _ => {}
    }
    for link in links {
        apply_to_link(clients, at, link, fault);
    }
}

fn refuse(clients: &mut Clients, refusal: Refusal, end: Duration) {
    clients.refusals.timed = Some((refusal, end));
}

/// Ends the downtime of a world, unless another fault has extended it.
pub(super) fn world_up(clients: &mut Clients, at: Duration, world: WorldId) {
    if clients.down.get(&world).is_some_and(|until| *until <= at) {
        clients.down.remove(&world);
        announce(clients, at, world, true);
    }
}

fn extend_until(until: &mut Duration, end: Duration) {
    *until = end.max(*until);
}

/// Announces that a world is down or up.
fn announce(clients: &mut Clients, at: Duration, world: WorldId, is_up: bool) {
    let names = endpoints::names(clients.environment);
    let Some(endpoint) = names.iter().find(|name| endpoints::serves(name, world)) else { return };
    let text = frames::service_state(endpoint, is_up);
    clients
        .send(at, |client| (client.silent_until <= at).then(|| Outgoing::Other(Message::Text(text.as_str().into()))));
}

fn select_links(clients: &Clients, links: Links, pick: impl FnOnce(usize) -> usize) -> Vec<u64> {
    let all: Vec<_> = clients.all.iter().map(|client| client.id).collect();
    let nth = match links {
        Links::Every => return all,
        Links::One if all.is_empty() => return all,
        Links::One => pick(all.len()),
        Links::Nth(nth) => (nth as usize).wrapping_sub(1),
    };
    all.get(nth).copied().into_iter().collect()
}

fn apply_to_link(clients: &mut Clients, at: Duration, id: u64, fault: &Fault) {
    let Some(client) = clients.client(id) else { return };
    match fault {
        Fault::Silence { duration } | Fault::Freeze { duration } => {
            extend_until(&mut client.silent_until, at + *duration);
            client.send(Outgoing::Fault(fault.clone()));
            if matches!(fault, Fault::Freeze { .. }) {
                client.socket.freeze(*duration);
            }
        }
        Fault::Slow { bytes_per_second, duration } => client.socket.limit_rate(*bytes_per_second, *duration),
        Fault::Deaf { duration } => client.socket.pause_reads(*duration),
        Fault::Reset => {
            client.socket.reset();
            clients.cut(at, id, "reset");
        }
        Fault::Cut => clients.cut(at, id, "cut"),
        Fault::Close { .. } | Fault::CloseWithReason { .. } => {
            client.send(Outgoing::Fault(fault.clone()));
            clients.remove(at, id, &fault.to_string());
        }
        Fault::ForgetEverything => clients.resubscribe(at, id, &Command::ClearAll),
        Fault::ForgetEvent { .. } | Fault::ForgetWorld { .. } | Fault::ForgetCharacter { .. } => {
            clients.resubscribe(at, id, &Command::ClearSubscribe(removed_lists(fault)));
        }
        _ => {
            client.send(Outgoing::Fault(fault.clone()));
        }
    }
}

fn removed_lists(fault: &Fault) -> Lists {
    let mut lists = Lists::default();
    match fault {
        Fault::ForgetEvent { name } => lists.event_names.insert(name.clone()),
        Fault::ForgetWorld { world } => lists.worlds.insert(world.to_string()),
        Fault::ForgetCharacter { character } => lists.characters.insert(character.to_string()),
        _ => false,
    };
    lists
}
