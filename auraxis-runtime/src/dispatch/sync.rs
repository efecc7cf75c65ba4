//! The synchronization primitives of [`scheduler`](super::scheduler), which `tests/model` replaces with those of loom.

pub(super) use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
