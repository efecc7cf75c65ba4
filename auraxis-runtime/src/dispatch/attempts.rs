//! The options `check`, `timeout`, `retry` and `on_error`: what happens around a call of a handler.

use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::{
    runtime::Handle,
    time::{sleep, timeout},
};

use super::{
    panics::panic_message,
    required::RequiredRuns,
    run::{Action, Run},
    state::TriggerState,
};
use crate::{
    backoff::Backoff,
    error::{Error, ErrorKind},
    shutdown::Shutdown,
};

/// The delay before the first retry. It doubles with each further one.
const FIRST_DELAY: Duration = Duration::from_secs(1);

/// The maximum delay before a retry.
const MAX_DELAY: Duration = Duration::from_mins(1);

/// A failure of a run that is not an error of its handler. [`HandlerError::error`] can be downcast to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The handler did not finish within the trigger's `timeout`.
    #[error("did not finish within {0:?}")]
    TimedOut(Duration),
    /// The handler panicked with this message.
    #[error("panicked: {0}")]
    Panicked(String),
}

/// The failure of a run, as passed to `on_error`. After retries, it is that of the last attempt.
///
/// `E` is the type that the handler takes. The client's [`on_error`](crate::ClientBuilder::on_error) serves triggers on all
/// events: there, [`event`](Self::event) can be downcast.
#[derive(Debug)]
#[non_exhaustive]
pub struct HandlerError<'a, E: ?Sized = dyn Any> {
    /// The name of the trigger.
    pub trigger: &'a str,
    /// What the handler was called with.
    pub event: &'a E,
    /// The error that the handler returned, or a [`RunError`].
    pub error: &'a anyhow::Error,
}

impl<E: ?Sized> fmt::Display for HandlerError<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed: {:#}", self.trigger, self.error)
    }
}

pub(crate) type OnError<E> = Box<dyn Fn(HandlerError<'_, E>) + Send + Sync>;

/// The client's `on_error`, for triggers without their own.
#[derive(Clone, Default)]
pub(crate) struct OnAnyError(pub(crate) Option<Arc<AnyFunction>>);

type AnyFunction = dyn Fn(HandlerError<'_>) + Send + Sync;

impl OnAnyError {
    fn into_typed<E: Any>(self) -> Option<OnError<E>> {
        let on_error = self.0?;
        Some(Box::new(move |HandlerError { trigger, event, error }| on_error(HandlerError { trigger, event, error })))
    }
}

/// An error that was passed to `on_error`, and does not have to be logged.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Handled(pub(crate) anyhow::Error);

/// What happens around each call of a handler.
pub(crate) struct Attempts<E> {
    pub(crate) check: Option<Action<E, bool>>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: u32,
    pub(crate) on_error: Option<OnError<E>>,
    /// Set if a failure stops the client.
    pub(crate) required: Option<RequiredRuns>,
}

impl<E: Clone + Send + Sync + 'static> Attempts<E> {
    /// Wraps the handler, unless there is nothing to add.
    pub(crate) fn around(
        mut self,
        action: Action<E>,
        state: Arc<TriggerState>,
        on_any_error: OnAnyError,
        shutdown: Shutdown,
    ) -> Action<E> {
        self.on_error = self.on_error.or_else(|| on_any_error.into_typed());
        if self.check.is_none() && self.retries == 0 && self.on_error.is_none() && self.required.is_none() {
            return match self.timeout {
                None => action,
                Some(limit) => Box::new(move |event| match action(event) {
                    Run::Later(run) => Run::Later(Box::pin(limited(run, limit))),
                    done @ Run::Done(_) => done,
                }),
            };
        }
        let wrapped = Arc::new(Wrapped { attempts: self, action, state, shutdown });
        Box::new(move |event| {
            let wrapped = Arc::clone(&wrapped);
            let pending = wrapped.attempts.required.as_ref().map(RequiredRuns::start);
            Run::Later(Box::pin(async move {
                let _pending = pending;
                wrapped.run(event).await
            }))
        })
    }
}

struct Wrapped<E> {
    attempts: Attempts<E>,
    action: Action<E>,
    state: Arc<TriggerState>,
    shutdown: Shutdown,
}

impl<E: Clone + Send + Sync + 'static> Wrapped<E> {
    async fn run(&self, event: E) -> anyhow::Result<()> {
        let mut delays = Backoff::between(FIRST_DELAY, MAX_DELAY);
        let mut retries = self.attempts.retries;
        loop {
            let attempt = AssertUnwindSafe(self.attempt(event.clone())).catch_unwind().await;
            let error = match attempt {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => error,
                Err(panic) => {
                    // Calling it again would most likely panic again.
                    retries = 0;
                    RunError::Panicked(panic_message(&*panic).to_owned()).into()
                }
            };
            if retries == 0 || Handle::try_current().is_err() {
                if let Some(required) = &self.attempts.required {
                    let message = format!("`{}` ({}) failed: {error:#}", self.state.name, self.state.location);
                    required.fail(Error::new(ErrorKind::Failed, message));
                }
                return Err(self.report(&event, error));
            }
            retries -= 1;
            self.state.counters.retried.add();
            let delay = delays.next();
            let TriggerState { name, location, .. } = &*self.state;
            tracing::info!("`{name}` ({location}) failed, and is tried again in {delay:.1?}: {error:#}");
            tokio::select! {
                () = sleep(delay) => {}
                // The last attempt comes now, because there may be no time later.
                () = self.shutdown.requested() => retries = 0,
            }
        }
    }

    async fn attempt(&self, event: E) -> anyhow::Result<()> {
        if let Some(check) = &self.attempts.check {
            let is_wanted = match check(event.clone()) {
                Run::Done(result) => result,
                Run::Later(check) => self.limited(check).await,
            };
            if !is_wanted? {
                self.state.counters.rejected_by_check.add();
                return Ok(());
            }
        }
        match (self.action)(event) {
            Run::Done(result) => result,
            Run::Later(run) => self.limited(run).await,
        }
    }

    async fn limited<T: Send>(&self, run: BoxFuture<'static, anyhow::Result<T>>) -> anyhow::Result<T> {
        match self.attempts.timeout {
            Some(limit) => limited(run, limit).await,
            None => run.await,
        }
    }

    /// Passes an error to `on_error`, if there is one.
    fn report(&self, event: &E, error: anyhow::Error) -> anyhow::Error {
        let Some(on_error) = &self.attempts.on_error else { return error };
        let error_of_handler = HandlerError { trigger: &self.state.name, event, error: &error };
        match catch_unwind(AssertUnwindSafe(|| on_error(error_of_handler))) {
            Ok(()) => Handled(error).into(),
            Err(panic) => error.context(format!("`on_error` panicked: {}", panic_message(&*panic))),
        }
    }
}

/// Limits the time of a run. Outside of a runtime, where only runs that do not wait are possible, there is no limit.
async fn limited<T>(run: BoxFuture<'static, anyhow::Result<T>>, limit: Duration) -> anyhow::Result<T> {
    if Handle::try_current().is_err() {
        return run.await;
    }
    timeout(limit, run).await.unwrap_or_else(|_| Err(RunError::TimedOut(limit).into()))
}
