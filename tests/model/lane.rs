//! The scheduler of a lane, in every order in which its threads can take their steps.
//!
//! `scheduler.rs` and `queue.rs` of the runtime are compiled here with the primitives of loom, which runs each case again
//! and again until it has seen every order that the memory model allows. The dispatcher is one thread, and each run that
//! has become a task is another, as in the runtime's `lane.rs`. A [ledger](ledger::Ledger) follows what happens, and
//! holds the rules.

mod ledger;
#[path = "../../auraxis-runtime/src/dispatch/queue.rs"]
mod queue;
#[path = "../../auraxis-runtime/src/dispatch/scheduler.rs"]
mod scheduler;

/// What [`scheduler`] is made of here.
mod sync {
    pub(super) use std::sync::PoisonError;

    pub(super) use loom::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    };
}

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use Run::{Aborted, Long, Short};
use ledger::{Event, Ledger};
use loom::{
    model::Builder,
    sync::Notify,
    thread::{self, JoinHandle},
};
use scheduler::{Abandoned, Arrival, End, Scheduler};

/// A lane, and what comes to it.
#[derive(Clone, Debug)]
struct Case {
    concurrency: usize,
    bound: usize,
    keyed: bool,
    overflow: Overflow,
    events: Vec<Coming>,
}

/// What the dispatcher does when there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overflow {
    /// It holds the event until it is told that there is room.
    Waits,
    /// It holds the event, and then drops it or the oldest after all.
    GivesUp,
    DropsOldest,
    DropsNewest,
}

#[derive(Clone, Copy, Debug)]
struct Coming {
    key: u64,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    /// It is over when it has been polled once.
    Short,
    /// It becomes a task.
    Long,
    /// It becomes a task, and is given up.
    Aborted,
}

struct Lane {
    scheduler: Scheduler<Event>,
    ledger: Ledger,
    case: Case,
    /// The dispatcher is told that there may be room.
    wake: Notify,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Lane {
    fn new(case: Case) -> Arc<Self> {
        let drops_oldest = matches!(case.overflow, Overflow::DropsOldest | Overflow::GivesUp);
        Arc::new(Self {
            scheduler: Scheduler::new(case.concurrency, case.bound, case.keyed, drops_oldest),
            ledger: Ledger::new(case.clone()),
            case,
            wake: Notify::new(),
            tasks: Mutex::default(),
        })
    }

    /// The dispatcher's thread, from the first event to the last.
    fn dispatch(self: &Arc<Self>) {
        for event in 0..self.case.events.len() {
            match self.case.overflow {
                Overflow::Waits => {
                    while !self.enter(event, true) {
                        self.wake.wait();
                    }
                }
                Overflow::GivesUp => {
                    if !self.enter(event, true) {
                        self.enter_or_drop(event);
                    }
                }
                Overflow::DropsOldest | Overflow::DropsNewest => self.enter_or_drop(event),
            }
        }
        loop {
            let tasks = mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
            if tasks.is_empty() {
                break;
            }
            for task in tasks {
                task.join().expect("a task panics only if a rule is broken");
            }
        }
        self.ledger.close();
    }

    fn enter_or_drop(self: &Arc<Self>, event: Event) {
        if !self.enter(event, false) {
            self.ledger.is_dropped(event);
        }
    }

    fn enter(self: &Arc<Self>, event: Event, patient: bool) -> bool {
        match self.scheduler.arrive(event, self.key(event), patient) {
            Arrival::Start(event) => self.start(event),
            Arrival::Waits => self.ledger.waits(event),
            Arrival::WaitsFor(oldest) => {
                self.ledger.gives_way(oldest);
                self.ledger.waits(event);
            }
            Arrival::Full(event) => {
                self.ledger.is_refused(event);
                return false;
            }
        }
        true
    }

    fn start(self: &Arc<Self>, event: Event) {
        self.ledger.starts(event);
        if matches!(self.case.events[event].run, Short) {
            self.ledger.is_over(event);
            self.scheduler.over(self.key(event));
        } else {
            self.scheduler.waits();
            let lane = Arc::clone(self);
            let task = thread::spawn(move || lane.drive(event));
            self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        }
    }

    /// The thread of a task.
    fn drive(&self, mut event: Event) {
        loop {
            if matches!(self.case.events[event].run, Aborted) {
                self.ledger.is_given_up(event);
                let Abandoned { events, room } = self.scheduler.abandon(self.key(event));
                self.ledger.abandons(events);
                self.wake_if(room);
                return;
            }
            self.ledger.ends(event);
            let End { next, room } = self.scheduler.end(self.key(event));
            if let Some((next, key)) = next {
                assert!(!self.case.keyed || key == self.key(next));
            }
            self.ledger.goes_on(next.map(|(next, _)| next));
            self.wake_if(room);
            let Some((next, _)) = next else { return };
            event = next;
        }
    }

    fn wake_if(&self, room: bool) {
        if room {
            self.wake.notify();
        }
    }

    fn key(&self, event: Event) -> u64 {
        if self.case.keyed { self.case.events[event].key } else { 0 }
    }
}

/// So often a thread is stopped in the middle of something: enough for two others to get in between. Without a limit,
/// cases take minutes each.
const PREEMPTIONS: usize = 2;

/// Goes through everything that can happen with these events, whatever the trigger's options.
fn check(keys: Option<&[u64]>, runs: &[Run]) {
    let key = |at: usize| keys.map_or(0, |keys| keys[at]);
    let events: Vec<_> = runs.iter().enumerate().map(|(at, &run)| Coming { key: key(at), run }).collect();
    for concurrency in [1, 2] {
        for bound in [0, 1, 2] {
            for overflow in [Overflow::Waits, Overflow::GivesUp, Overflow::DropsOldest, Overflow::DropsNewest] {
                let case = Case { concurrency, bound, keyed: keys.is_some(), overflow, events: events.clone() };
                // Shown if a rule is broken.
                println!("{case:?}");
                let mut builder = Builder::new();
                builder.preemption_bound = Some(PREEMPTIONS);
                builder.check(move || Lane::new(case.clone()).dispatch());
            }
        }
    }
}

#[test]
fn without_keys_runs_start_in_order_of_arrival() {
    for runs in [[Long; 4], [Long, Short, Long, Long], [Short, Long, Short, Long]] {
        check(None, &runs);
    }
}

#[test]
fn with_keys_runs_of_one_key_follow_each_other() {
    for keys in [[1, 1, 2, 1], [1, 2, 1, 2], [1, 2, 2, 3]] {
        check(Some(&keys), &[Long; 4]);
    }
    check(Some(&[1, 1, 2, 1]), &[Long, Short, Short, Long]);
}

#[test]
fn a_run_that_is_given_up_takes_with_it_what_waits_and_makes_room() {
    for runs in [[Aborted, Long, Long], [Aborted, Aborted, Short], [Long, Aborted, Long]] {
        check(None, &runs);
        check(Some(&[1, 2, 1]), &runs);
    }
}
