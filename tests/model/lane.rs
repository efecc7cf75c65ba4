//! The scheduler of a lane, checked in every interleaving of its threads.
//!
//! `scheduler.rs` and `queue.rs` of the runtime are compiled here with the primitives of loom, which runs each case in
//! every interleaving that the memory model allows. The dispatcher is one thread, and each run that has become a task is
//! another, as in the runtime's `lane.rs`. A [ledger](ledger::Ledger) records all steps and checks the invariants.

mod ledger;
#[path = "../../auraxis-runtime/src/dispatch/queue.rs"]
mod queue;
#[path = "../../auraxis-runtime/src/dispatch/scheduler.rs"]
mod scheduler;

/// The synchronization primitives of [`scheduler`], from loom.
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
use scheduler::{Admission, Scheduler, TaskAborted, TaskFinished};

/// A lane and the events that arrive.
#[derive(Clone, Debug)]
struct Case {
    concurrency: usize,
    queue_limit: usize,
    keyed: bool,
    overflow: Overflow,
    events: Vec<Arrival>,
}

/// What the dispatcher does when the queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overflow {
    /// It holds the event and retries whenever it is notified.
    Holds,
    /// It holds the event, then stops holding it and drops the oldest event, or this one if none is queued.
    StopsHolding,
    DropsOldest,
    DropsNewest,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    key: u64,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    /// It finishes with the first poll.
    Short,
    /// It becomes a task.
    Long,
    /// It becomes a task and is aborted.
    Aborted,
}

struct Lane {
    scheduler: Scheduler<Event>,
    ledger: Ledger,
    case: Case,
    /// Notifies the dispatcher to retry held events.
    wake: Notify,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Lane {
    fn new(case: Case) -> Arc<Self> {
        let drops_oldest = matches!(case.overflow, Overflow::DropsOldest | Overflow::StopsHolding);
        Arc::new(Self {
            scheduler: Scheduler::new(case.concurrency, case.queue_limit, case.keyed, drops_oldest),
            ledger: Ledger::new(case.clone()),
            case,
            wake: Notify::new(),
            tasks: Mutex::default(),
        })
    }

    /// The dispatcher's thread.
    fn dispatch(self: &Arc<Self>) {
        for event in 0..self.case.events.len() {
            match self.case.overflow {
                Overflow::Holds => {
                    while !self.admit(event, true) {
                        self.wake.wait();
                    }
                }
                Overflow::StopsHolding => {
                    if !self.admit(event, true) {
                        self.admit_or_drop(event);
                    }
                }
                Overflow::DropsOldest | Overflow::DropsNewest => self.admit_or_drop(event),
            }
        }
        loop {
            let tasks = mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
            if tasks.is_empty() {
                break;
            }
            for task in tasks {
                task.join().expect("a task panics only if an invariant is violated");
            }
        }
        self.ledger.close();
    }

    fn admit_or_drop(self: &Arc<Self>, event: Event) {
        if !self.admit(event, false) {
            self.ledger.newest_dropped(event);
        }
    }

    fn admit(self: &Arc<Self>, event: Event, hold_if_full: bool) -> bool {
        match self.scheduler.admit(event, self.key(event), hold_if_full) {
            Admission::Start(event) => self.start(event),
            Admission::Queued => self.ledger.queued(event),
            Admission::QueuedDropping(oldest) => {
                self.ledger.oldest_dropped(oldest);
                self.ledger.queued(event);
            }
            Admission::Full(event) => {
                self.ledger.queue_is_full(event);
                return false;
            }
        }
        true
    }

    fn start(self: &Arc<Self>, event: Event) {
        self.ledger.started(event);
        if matches!(self.case.events[event].run, Short) {
            self.ledger.finished(event);
            self.scheduler.finished(self.key(event));
        } else {
            self.scheduler.became_task();
            let lane = Arc::clone(self);
            let task = thread::spawn(move || lane.run_task(event));
            self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        }
    }

    /// The thread of a task.
    fn run_task(&self, mut event: Event) {
        loop {
            if matches!(self.case.events[event].run, Aborted) {
                self.ledger.task_aborting(event);
                let TaskAborted { events, retry_held } = self.scheduler.task_aborted(self.key(event));
                self.ledger.task_aborted(events);
                self.wake_if(retry_held);
                return;
            }
            self.ledger.task_finishing(event);
            let TaskFinished { next, retry_held } = self.scheduler.task_finished(self.key(event));
            if let Some((next, key)) = next {
                assert!(!self.case.keyed || key == self.key(next));
            }
            self.ledger.task_finished(next.map(|(next, _)| next));
            self.wake_if(retry_held);
            let Some((next, _)) = next else { return };
            event = next;
        }
    }

    fn wake_if(&self, retry_held: bool) {
        if retry_held {
            self.wake.notify();
        }
    }

    fn key(&self, event: Event) -> u64 {
        if self.case.keyed { self.case.events[event].key } else { 0 }
    }
}

/// How often a thread is preempted: enough for two other threads to run in between. Without a limit, each case takes
/// minutes.
const PREEMPTIONS: usize = 2;

/// Checks all interleavings of these events for all options of a trigger.
fn check(keys: Option<&[u64]>, runs: &[Run]) {
    let key = |at: usize| keys.map_or(0, |keys| keys[at]);
    let events: Vec<_> = runs.iter().enumerate().map(|(at, &run)| Arrival { key: key(at), run }).collect();
    for concurrency in [1, 2] {
        for queue_limit in [0, 1, 2] {
            for overflow in [Overflow::Holds, Overflow::StopsHolding, Overflow::DropsOldest, Overflow::DropsNewest] {
                let case = Case { concurrency, queue_limit, keyed: keys.is_some(), overflow, events: events.clone() };
                // Shown if an invariant is violated.
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
fn with_keys_runs_of_one_key_start_in_order_one_at_a_time() {
    for keys in [[1, 1, 2, 1], [1, 2, 1, 2], [1, 2, 2, 3]] {
        check(Some(&keys), &[Long; 4]);
    }
    check(Some(&[1, 1, 2, 1]), &[Long, Short, Short, Long]);
}

#[test]
fn an_aborted_run_clears_the_queue_and_wakes_the_dispatcher() {
    for runs in [[Aborted, Long, Long], [Aborted, Aborted, Short], [Long, Aborted, Long]] {
        check(None, &runs);
        check(Some(&[1, 2, 1]), &runs);
    }
}
