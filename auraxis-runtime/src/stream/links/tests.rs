//! Tests of the integrity of the links, without sockets.

use auraxis_core::{
    event::{EventKind, Selector},
    frame::Frame,
    scope::Scope,
    stream::Verdict,
    subscription::Subscription,
};

use super::*;

const EVENT: &str = r#"{"payload":{"character_id":"5","event_name":"PlayerLogin","timestamp":"1","world_id":"1"},"service":"event","type":"serviceMessage"}"#;

fn links(redundancy: u32, subscriptions: usize) -> Links {
    let mut links = Links::new();
    links.watch(redundancy);
    let subscription = Subscription {
        events: [Selector::Kind(EventKind::PlayerLogin)].into(),
        characters: Scope::All,
        worlds: Scope::All,
        ..Subscription::default()
    };
    let requirements = Arc::new(Requirements { subscription, link: true });
    links.expect(&vec![requirements; subscriptions], Timestamp(0));
    links
}

fn on(link: u32, connection: u32) -> Receipt {
    Receipt { link, connection, at: Instant::now(), local: Timestamp(100) }
}

fn event() -> Event {
    event_of(EVENT)
}

fn event_of(frame: &str) -> Event {
    match Frame::parse(frame) {
        Ok(Frame::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

/// Merges an event, as if it came alone.
fn arrive(links: &mut Links, receipt: Receipt) -> Verdict {
    let mut batch = [BatchItem::Frame { frame: Frame::Event(event()), text: None, verdict: Verdict::New }];
    links.merge(&mut batch, receipt);
    let [BatchItem::Frame { verdict, .. }] = batch else { panic!("it was a frame") };
    verdict
}

fn gaps(signals: &[Event]) -> Vec<&Gap> {
    signals.iter().filter_map(|signal| if let Event::Gap(gap) = signal { Some(gap) } else { None }).collect()
}

fn lost(links: &mut Links, receipt: Receipt) -> Vec<Event> {
    links.disconnected(receipt, "reset".into(), Some(Timestamp(99)), false)
}

#[test]
fn a_connection_takes_over_when_both_have_delivered_an_event() {
    let mut links = links(1, 1);
    assert_eq!(links.connected(on(0, 0), 1).len(), 1);
    assert!(links.connected(on(0, 1), 2).is_empty(), "the link stays up");
    assert_eq!(arrive(&mut links, on(0, 0)), Verdict::New);
    assert!(!links.takes_over(&event(), on(0, 0)), "the old connection proves nothing");
    assert_eq!(arrive(&mut links, on(0, 1)), Verdict::Duplicate);
    assert!(links.takes_over(&event(), on(0, 1)));
    assert!(!links.takes_over(&event(), on(0, 1)), "reported once");
    assert!(lost(&mut links, on(0, 0)).is_empty());
    assert!(links.is_up(0));
    assert_eq!(gaps(&lost(&mut links, on(0, 1))).len(), 1);
    assert!(!links.is_up(0));
}

#[test]
fn a_replay_merges_links_but_not_the_lines_of_one_link() {
    let mut links = Links::new();
    links.replay();
    links.connected(on(0, 0), 1);
    assert_eq!([(); 3].map(|()| arrive(&mut links, on(0, 0))), [Verdict::New; 3]);
    links.connected(on(1, 1), 1);
    let verdicts = [0, 1, 1, 0].map(|link| arrive(&mut links, on(link, link)));
    assert_eq!(verdicts, [Verdict::New, Verdict::Duplicate, Verdict::Twin, Verdict::Duplicate]);
}

#[test]
fn a_world_is_silent_unless_a_link_delivers_it() {
    let mut links = Links::new();
    links.watch(2);
    let subscription = Subscription {
        events: [Selector::Kind(EventKind::PlayerLogin)].into(),
        characters: Scope::All,
        worlds: Scope::All,
        ..Subscription::default()
    };
    links.expect(&[Arc::new(Requirements { subscription, link: true })], Timestamp(0));
    let start = Instant::now();
    let later = |link, seconds| Receipt { at: start + Duration::from_secs(seconds), ..on(link, link) };
    for link in 0..2 {
        links.connected(later(link, 0), 1);
    }
    let mut silent = |from: u64, until: u64, delivers: [bool; 2]| {
        for second in from..until {
            for link in 0..2 {
                if delivers[link as usize] {
                    links.observe(&event(), later(link, second));
                }
            }
            links.check(start + Duration::from_secs(second), Timestamp(100), |_| false);
        }
        let mut health = Health::default();
        links.add_to(&mut health, Timestamp(100));
        health.worlds.iter().filter(|known| known.is_silent).count()
    };
    assert_eq!(silent(0, 300, [true, true]), 0);
    assert_eq!(silent(300, 400, [true, false]), 0, "the other link delivers");
    assert_eq!(silent(400, 500, [false, false]), 1);
    assert_eq!(silent(500, 502, [false, true]), 0);
}

/// What triggers need that want these kinds of all characters.
fn needs(kinds: &[EventKind]) -> [Arc<Requirements>; 1] {
    let subscription = Subscription {
        events: kinds.iter().map(|kind| Selector::Kind(*kind)).collect(),
        characters: Scope::All,
        worlds: Scope::All,
        ..Subscription::default()
    };
    [Arc::new(Requirements { link: !subscription.is_empty(), subscription })]
}

/// Links that need logins, are up, and deliver an event per second for five minutes.
fn delivering(redundancy: u32) -> (Links, Instant) {
    let (mut links, start) = (Links::new(), Instant::now());
    links.watch(redundancy);
    links.expect(&needs(&[EventKind::PlayerLogin]), Timestamp(0));
    for link in 0..redundancy {
        links.connected(Receipt { at: start, ..on(link, link) }, 1);
    }
    for second in 0..300 {
        assert!(gaps(&passed(&mut links, start, second, 0..redundancy)).is_empty());
    }
    (links, start)
}

/// A second in which these links deliver.
fn passed(links: &mut Links, start: Instant, second: u64, deliver: Range<u32>) -> Vec<Event> {
    let at = start + Duration::from_secs(second);
    for link in deliver {
        links.observe(&event(), Receipt { at, ..on(link, link) });
    }
    links.check(at, Timestamp(100), |_| false).0
}

#[test]
fn a_gap_of_a_silence_is_closed_even_if_the_subscription_has_changed() {
    let (mut links, start) = delivering(1);
    let silent: Vec<_> = (300..400).flat_map(|second| passed(&mut links, start, second, 0..0)).collect();
    assert_eq!(gaps(&silent).len(), 1, "the same gap at each level");
    let kinds = [EventKind::PlayerLogin, EventKind::PlayerLogout, EventKind::FacilityControl];
    assert!(links.expect(&needs(&kinds), Timestamp(100)).is_empty());
    let recovered: Vec<_> = (400..420).flat_map(|second| passed(&mut links, start, second, 0..1)).collect();
    assert_eq!(gaps(&recovered).iter().map(|gap| (gap.id, gap.to.is_some())).collect::<Vec<_>>(), [(1, true)]);
    assert!(links.gaps.open_gaps(Timestamp(100)).is_empty());
}

#[test]
fn a_silent_link_replaces_no_other() {
    let (mut links, start) = delivering(2);
    let silent: Vec<_> = (300..400).flat_map(|second| passed(&mut links, start, second, 0..1)).collect();
    assert!(gaps(&silent).is_empty(), "link 0 delivers");
    let receipt = Receipt { at: start + Duration::from_secs(400), ..on(0, 0) };
    assert_eq!(gaps(&lost(&mut links, receipt)).len(), 1);
    let later = gaps(&passed(&mut links, start, 401, 0..0)).len();
    assert_eq!(later, 1, "the silence of link 1 is missed now");
}

#[test]
fn what_no_trigger_needs_any_more_is_not_missing() {
    let mut links = links(1, 1);
    links.connected(on(0, 0), 1);
    assert_eq!(gaps(&lost(&mut links, on(0, 0))).len(), 1);
    let closed = links.expect(&needs(&[]), Timestamp(100));
    assert_eq!(gaps(&closed).iter().filter(|gap| gap.to.is_some()).count(), 1);
    assert!(links.gaps.open_gaps(Timestamp(100)).is_empty());
}

#[test]
fn a_link_that_is_not_read_is_not_silent() {
    let (mut links, start) = delivering(1);
    for second in 300..400 {
        let (signals, steps) = links.check(start + Duration::from_secs(second), Timestamp(100), |_| true);
        assert!(signals.is_empty() && steps.is_empty(), "{signals:?} {steps:?}");
    }
    assert!(passed(&mut links, start, 400, 0..1).is_empty());
}

#[test]
fn a_frame_that_is_sent_twice_takes_over_nothing() {
    let mut links = links(1, 1);
    links.connected(on(0, 0), 1);
    links.connected(on(0, 1), 2);
    assert_eq!(arrive(&mut links, on(0, 1)), Verdict::New);
    assert_eq!(arrive(&mut links, on(0, 1)), Verdict::Duplicate);
    assert!(!links.takes_over(&event(), on(0, 1)));
}

#[test]
fn a_server_that_sends_more_than_requested_misses_nothing() {
    let mut links = links(1, 1);
    links.connected(on(0, 0), 1);
    let mut extra = auraxis_core::command::Lists::default();
    extra.event_names.insert("Death".into());
    let drift = Drift { missing: auraxis_core::command::Lists::default(), extra, characters: None, flag: false };
    let signals = links.drifted(on(0, 0), drift, Timestamp(50));
    assert_eq!((signals.len(), gaps(&signals).len()), (1, 0), "{signals:?}");
}

#[test]
fn a_short_silence_is_reported_afterwards() {
    let (mut links, start) = (Links::new(), Instant::now());
    links.watch(1);
    links.expect(&needs(&[EventKind::PlayerLogin]), Timestamp(0));
    links.connected(Receipt { at: start, ..on(0, 0) }, 1);
    let mut signals = Vec::new();
    for second in 1..120_u32 {
        let receipt =
            Receipt { at: start + Duration::from_secs(second.into()), local: Timestamp(second.into()), ..on(0, 0) };
        for character in 0..3 {
            let frame = EVENT.replace(r#""timestamp":"1""#, &format!(r#""timestamp":"{second}""#));
            if !(100..105).contains(&second) {
                let id = format!(r#""character_id":"{character}""#);
                links.observe(&event_of(&frame.replace(r#""character_id":"5""#, &id)), receipt);
            }
        }
        signals.extend(links.check(receipt.at, receipt.local, |_| false).0);
    }
    let gaps = gaps(&signals);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!((gaps[0].from, gaps[0].to), (Timestamp(99), Some(Timestamp(105))));
    assert_eq!((gaps[0].cause, gaps[0].estimated_lost), (GapCause::Silence, Some(15)));
}

#[test]
fn a_gap_begins_at_the_last_event_and_not_at_the_last_frame() {
    for (last_event, from) in [(75, 70), (99, 94), (20, 64)] {
        let mut links = links(1, 1);
        links.connected(on(0, 0), 1);
        let receipt = Receipt { local: Timestamp(last_event), ..on(0, 0) };
        // Without a lag.
        let at = format!(r#""timestamp":"{last_event}""#);
        links.observe(&event_of(&EVENT.replace(r#""timestamp":"1""#, &at)), receipt);
        assert_eq!(gaps(&lost(&mut links, on(0, 0)))[0].from, Timestamp(from), "{last_event}");
    }
}

#[test]
fn a_connection_takes_over_when_time_is_up() {
    let mut links = links(1, 1);
    links.connected(on(0, 0), 1);
    links.connected(on(0, 1), 2);
    let now = Instant::now();
    assert!(links.take_overdue_handovers(now).is_empty());
    assert_eq!(links.take_overdue_handovers(now + MAX_HANDOVER), [(0, 1)]);
    assert!(links.take_overdue_handovers(now + MAX_HANDOVER).is_empty());
}

#[test]
fn only_a_link_with_the_same_subscription_prevents_a_gap() {
    let mut links = links(2, 2);
    for link in [0, 1, 2] {
        links.connected(on(link, link), 1);
    }
    assert!(gaps(&lost(&mut links, on(0, 0))).is_empty(), "link 1 carries the same");
    assert_eq!(gaps(&lost(&mut links, on(2, 2))).len(), 1, "link 3 is not up");
    assert_eq!(gaps(&lost(&mut links, on(1, 1))).len(), 1);
    let signals = links.connected(on(0, 4), 2);
    assert_eq!(gaps(&signals).iter().map(|gap| gap.to.is_some()).collect::<Vec<_>>(), [true], "of link 1, not of 2");
}

#[test]
fn a_world_that_was_silent_beside_a_lost_connection_is_missing_for_longer() {
    let mut links = links(1, 1);
    let start = Instant::now();
    let at = |second: u32| Receipt {
        at: start + Duration::from_secs(second.into()),
        local: Timestamp(i64::from(second)),
        ..on(0, 0)
    };
    let deliver = |links: &mut Links, second: u32, world: u32| {
        let frame = EVENT
            .replace(r#""timestamp":"1""#, &format!(r#""timestamp":"{second}""#))
            .replace(r#""world_id":"1""#, &format!(r#""world_id":"{world}""#));
        for _ in 0..2 {
            links.observe(&event_of(&frame), at(second));
        }
    };
    links.connected(at(0), 1);
    for second in 0..120 {
        deliver(&mut links, second, 1);
        if second < 100 {
            deliver(&mut links, second, 40);
        }
    }
    let opened = links.disconnected(at(120), "reset".into(), Some(Timestamp(120)), false);
    assert_eq!(gaps(&opened)[0].from, Timestamp(114));
    links.connected(at(121), 2);
    (121..140).for_each(|second| deliver(&mut links, second, 1));
    deliver(&mut links, 135, 40);
    let (signals, _) = links.check(at(141).at, Timestamp(141), |_| false);
    let found: Vec<_> = gaps(&signals).into_iter().map(|gap| (gap.worlds.of("worlds"), gap.from, gap.to)).collect();
    assert_eq!(found, [("worlds 40".to_owned(), Timestamp(99), Some(Timestamp(135)))]);
}
