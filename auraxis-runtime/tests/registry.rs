//! Triggers that come and go, against models of what then must happen.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use auraxis_core::event::*;
use auraxis_runtime::{Client, Context, ErrorKind, FromContext, FromContextError, Trigger, TriggerHandle};
use common::*;
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
};
use tokio::runtime;

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// What a program does with its triggers, which it calls by their place in [`NAMES`].
#[derive(Clone, Debug)]
enum Step {
    Add {
        name: usize,
        single_shot: bool,
    },
    RemoveByName(usize),
    // By the handle of the last one that was added under the name, which may be gone.
    RemoveByHandle(usize),
    Pause(usize),
    Resume(usize),
    Watch(usize, bool),
    /// Takes only events of these characters, or of all.
    Follow(usize, Option<BTreeSet<u64>>),
    FollowAnother(usize, u64),
    FollowNoMore(usize, u64),
    /// An event of this character.
    Dispatch(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let name = 0..NAMES.len();
    let character = 1_u64..4;
    let characters = btree_set(character.clone(), 0..4);
    prop_oneof![
        3 => (name.clone(), any::<bool>()).prop_map(|(name, single_shot)| Step::Add { name, single_shot }),
        1 => name.clone().prop_map(Step::RemoveByName),
        1 => name.clone().prop_map(Step::RemoveByHandle),
        1 => name.clone().prop_map(Step::Pause),
        1 => name.clone().prop_map(Step::Resume),
        1 => (name.clone(), any::<bool>()).prop_map(|(name, watching)| Step::Watch(name, watching)),
        1 => (name.clone(), option::of(characters)).prop_map(|(name, characters)| Step::Follow(name, characters)),
        1 => (name.clone(), character.clone()).prop_map(|(name, character)| Step::FollowAnother(name, character)),
        1 => (name, character.clone()).prop_map(|(name, character)| Step::FollowNoMore(name, character)),
        4 => character.prop_map(Step::Dispatch),
    ]
}

/// A trigger as it should be.
struct Model {
    name: usize,
    single_shot: bool,
    paused: bool,
    watching: bool,
    characters: Option<BTreeSet<u64>>,
}

impl Model {
    fn takes(&self, character: u64) -> bool {
        self.watching
            && !self.paused
            && self.characters.as_ref().is_none_or(|characters| characters.contains(&character))
    }
}

fn check_steps(steps: &[Step]) {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let (client, log) = (client(), Log::new());
    let mut models: Vec<Model> = Vec::new();
    let mut handles: [Option<TriggerHandle>; NAMES.len()] = Default::default();
    for step in steps {
        let there = |models: &[Model], name| models.iter().any(|model| model.name == name);
        match step.clone() {
            Step::Add { name, single_shot } => {
                let trigger = Trigger::on::<PlayerLogin>().named(NAMES[name]);
                let trigger = if single_shot { trigger.single_shot() } else { trigger };
                let seen = log.handler(move |login: PlayerLogin| (name, login.character_id.0));
                match client.add(trigger.action(seen)) {
                    Ok(handle) => {
                        assert!(!there(&models, name));
                        handles[name] = Some(handle);
                        models.push(Model { name, single_shot, paused: false, watching: true, characters: None });
                    }
                    Err(error) => assert!(there(&models, name) && error.kind() == ErrorKind::Setup),
                }
            }
            Step::RemoveByName(name) => {
                assert_eq!(client.remove(NAMES[name]).is_ok(), there(&models, name));
                models.retain(|model| model.name != name);
            }
            Step::RemoveByHandle(name) => {
                handles[name].iter().for_each(TriggerHandle::remove);
                models.retain(|model| model.name != name);
            }
            Step::Pause(name) => {
                handles[name].iter().for_each(TriggerHandle::pause);
                models.iter_mut().filter(|model| model.name == name).for_each(|model| model.paused = true);
            }
            Step::Resume(name) => {
                handles[name].iter().for_each(TriggerHandle::resume);
                models.iter_mut().filter(|model| model.name == name).for_each(|model| model.paused = false);
            }
            Step::Watch(name, watching) => {
                let worlds = if watching { [1] } else { [2] };
                handles[name].iter().for_each(|handle| handle.set_worlds(worlds));
                models.iter_mut().filter(|model| model.name == name).for_each(|model| model.watching = watching);
            }
            Step::Follow(name, characters) => {
                handles[name].iter().for_each(|handle| match &characters {
                    Some(characters) => handle.set_characters(characters.iter().copied()),
                    None => handle.clear_characters(),
                });
                for model in models.iter_mut().filter(|model| model.name == name) {
                    model.characters.clone_from(&characters);
                }
            }
            Step::FollowAnother(name, character) => {
                handles[name].iter().for_each(|handle| handle.add_character(character));
                for characters in models.iter_mut().filter(|model| model.name == name).flat_map(|it| &mut it.characters)
                {
                    characters.insert(character);
                }
            }
            Step::FollowNoMore(name, character) => {
                handles[name].iter().for_each(|handle| handle.remove_character(character));
                for characters in models.iter_mut().filter(|model| model.name == name).flat_map(|it| &mut it.characters)
                {
                    characters.remove(&character);
                }
            }
            Step::Dispatch(character) => {
                runtime.block_on(client.dispatch(login(character))).unwrap();
                // Those that take every character come first.
                let takers = |follows: bool| {
                    let takers = models.iter().filter(move |model| model.characters.is_some() == follows);
                    takers.filter(|model| model.takes(character)).map(|model| (model.name, character))
                };
                assert_eq!(log.take(), takers(false).chain(takers(true)).collect::<Vec<_>>());
                models.retain(|model| !(model.single_shot && model.takes(character)));
            }
        }
        let listed: Vec<_> = client.triggers().iter().map(|trigger| trigger.name().to_owned()).collect();
        assert_eq!(listed, models.iter().map(|model| NAMES[model.name]).collect::<Vec<_>>());
        for (name, text) in NAMES.iter().enumerate() {
            assert_eq!(client.trigger(text).is_some(), there(&models, name));
            assert_eq!(handles[name].as_ref().is_some_and(|handle| !handle.is_removed()), there(&models, name));
        }
    }
}

/// What a thread does among others.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Dispatch,
    // Adds a trigger of this name, or removes it if this thread has added it.
    Toggle(usize),
}

/// When something began and ended, by a clock that ticks whenever it is looked at.
#[derive(Clone, Copy, Debug)]
struct Span {
    began: u64,
    ended: u64,
}

/// A trigger from before it was added until after it was removed, and what it saw.
struct Life {
    adding: Span,
    removing: Span,
    log: Log<u64>,
}

#[derive(Default)]
struct Played {
    events: Vec<(u64, Span)>,
    lives: Vec<Life>,
}

fn play(thread: u64, turns: &[Turn], client: &Client, clock: &AtomicU64) -> Played {
    fn spanned<T>(clock: &AtomicU64, action: impl FnOnce() -> T) -> (T, Span) {
        let began = clock.fetch_add(1, Ordering::SeqCst);
        let done = action();
        (done, Span { began, ended: clock.fetch_add(1, Ordering::SeqCst) })
    }

    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let mut played = Played::default();
    let mut living: [Option<(TriggerHandle, Span, Log<u64>)>; NAMES.len()] = Default::default();
    let all_go = (0..NAMES.len()).map(Turn::Toggle);
    for (number, turn) in (0..).zip(turns.iter().copied().chain(all_go)) {
        match turn {
            Turn::Dispatch => {
                let number = 1_000 * thread + number;
                let (taken, span) = spanned(clock, || runtime.block_on(client.dispatch(login(number))));
                taken.unwrap();
                played.events.push((number, span));
            }
            Turn::Toggle(name) => match living[name].take() {
                Some((handle, adding, log)) => {
                    let ((), removing) = spanned(clock, || handle.remove());
                    played.lives.push(Life { adding, removing, log });
                }
                // At the end, nothing is added any more.
                None if number >= turns.len() as u64 => {}
                None => {
                    let log = Log::new();
                    let trigger = Trigger::on::<PlayerLogin>().named(NAMES[name]);
                    let seen = log.handler(|login: PlayerLogin| login.character_id.0);
                    let (added, adding) = spanned(clock, || client.add(trigger.action(seen)));
                    living[name] = added.ok().map(|handle| (handle, adding, log));
                }
            },
        }
    }
    played
}

fn check_concurrent(scripts: &[Vec<Turn>]) {
    let (client, clock, barrier) = (client(), AtomicU64::new(0), Barrier::new(scripts.len()));
    let played: Vec<_> = thread::scope(|scope| {
        let (client, clock, barrier) = (&client, &clock, &barrier);
        let threads: Vec<_> = (0..)
            .zip(scripts)
            .map(|(number, turns)| {
                scope.spawn(move || {
                    barrier.wait();
                    play(number, turns, client, clock)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(client.triggers().is_empty());
    let events: Vec<_> = played.iter().flat_map(|played| &played.events).collect();
    for Life { adding, removing, log } in played.iter().flat_map(|played| &played.lives) {
        let mut seen = log.take();
        for (number, event) in &events {
            let times = seen.iter().filter(|seen| *seen == number).count();
            seen.retain(|seen| seen != number);
            let must = event.began > adding.ended && event.ended < removing.began;
            let may = event.ended > adding.began && event.began < removing.ended;
            assert!(
                times <= usize::from(may) && times >= usize::from(must),
                "{times} times {number}, which took {event:?}, between {adding:?} and {removing:?}"
            );
        }
        assert!(seen.is_empty(), "nobody dispatched {seen:?}");
    }
}

proptest! {
    #[test]
    fn triggers_behave_like_a_plain_list_of_triggers(steps in vec(step(), 1..80)) {
        check_steps(&steps);
    }

    #[test]
    fn on_several_threads_a_trigger_has_each_event_of_its_time_once_and_no_other(
        scripts in vec(
            vec(prop_oneof![Just(Turn::Dispatch), (0..NAMES.len()).prop_map(Turn::Toggle)], 10..60),
            4,
        ),
    ) {
        check_concurrent(&scripts);
    }
}

#[tokio::test]
async fn a_trigger_that_is_removed_before_it_is_added_is_not_there() {
    #[derive(Clone)]
    struct Removed;
    impl FromContext for Removed {
        fn from_context(context: &Context) -> Result<Self, FromContextError> {
            TriggerHandle::from_context(context)?.remove();
            Ok(Self)
        }
    }

    let (client, owned) = (client(), Arc::new(()));
    let captured = Arc::clone(&owned);
    let handler = move |_: PlayerLogin, _: Removed| {
        let _ = &captured;
    };
    let handle = client.add(Trigger::on::<PlayerLogin>().action(handler)).unwrap();
    assert!(handle.is_removed());
    assert_eq!(subscription(&client), "nothing");
    assert_eq!(Arc::strong_count(&owned), 1, "nobody keeps it");
}

#[test]
fn whoever_adds_a_trigger_before_removing_the_one_it_replaces_misses_no_event() {
    const EVENTS: u64 = 20_000;
    let (client, seen) = (client(), Arc::new(AtomicU64::new(0)));
    let on = |name: String| {
        let last = Arc::clone(&seen);
        let missed = move |login: PlayerLogin| {
            let number = login.character_id.0;
            // It may have been seen by the other one too.
            let last = last.fetch_max(number, Ordering::SeqCst);
            assert!(number <= last + 1, "{number} after {last}");
        };
        Trigger::on::<PlayerLogin>().named(name).action(missed)
    };
    let mut current = client.add(on("0".into())).unwrap();
    thread::scope(|scope| {
        let dispatching = scope.spawn(|| {
            let runtime = runtime::Builder::new_current_thread().build().unwrap();
            for number in 1..=EVENTS {
                runtime.block_on(client.dispatch(login(number))).unwrap();
            }
        });
        let mut generation = 0;
        while !dispatching.is_finished() {
            generation += 1;
            let next = client.add(on(generation.to_string())).unwrap();
            current.remove();
            assert_eq!(current.stats().panicked, 0);
            current = next;
        }
    });
    assert_eq!((seen.load(Ordering::SeqCst), current.stats().panicked), (EVENTS, 0));
}
