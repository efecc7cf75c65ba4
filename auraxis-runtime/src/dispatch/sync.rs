//! What [`scheduler`](super::scheduler) is made of. A model of it is made of other parts.

pub(super) use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
