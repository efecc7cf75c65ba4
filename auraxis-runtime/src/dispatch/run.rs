//! Handlers with resolved extractors, and their runs.

use std::{fmt, future::Future, panic::resume_unwind, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::{runtime::Handle, sync::Semaphore};
use tokio_util::task::AbortOnDropHandle;
use tracing::Span;

use super::thread_context::{ThreadContext, running_trigger};
use crate::real_time::RealTime;

/// A handler, or a check, whose extractors are resolved: it takes the event only.
pub(crate) type Action<E, T = ()> = Box<dyn Fn(E) -> Run<T> + Send + Sync>;

/// The return type of a handler: `()`, or a `Result` whose error converts into [`anyhow::Error`].
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "expected `()` or a `Result<(), E>` where `E: Into<anyhow::Error>`",
    note = "`E` can be `anyhow::Error` or any error that is `Send` and `Sync`, but not `Box<dyn Error>`"
)]
pub trait IntoResult: Send + 'static {
    /// Converts the return value into a `Result`.
    ///
    /// # Errors
    ///
    /// Returns the handler's own error.
    fn into_result(self) -> anyhow::Result<()>;
}

#[diagnostic::do_not_recommend]
impl IntoResult for () {
    fn into_result(self) -> anyhow::Result<()> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<anyhow::Error> + Send + 'static> IntoResult for Result<(), E> {
    fn into_result(self) -> anyhow::Result<()> {
        self.map_err(Into::into)
    }
}

/// The return type of a handler, with `T = ()`, or of a check, with `T = bool`.
pub trait Output<T>: Send + 'static {
    /// Converts the return value into a `Result`.
    ///
    /// # Errors
    ///
    /// Returns the function's own error.
    fn into_output(self) -> anyhow::Result<T>;
}

#[diagnostic::do_not_recommend]
impl<O: IntoResult> Output<()> for O {
    fn into_output(self) -> anyhow::Result<()> {
        self.into_result()
    }
}

#[diagnostic::do_not_recommend]
impl Output<Self> for bool {
    fn into_output(self) -> anyhow::Result<Self> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<anyhow::Error> + Send + 'static> Output<bool> for Result<bool, E> {
    fn into_output(self) -> anyhow::Result<bool> {
        self.map_err(Into::into)
    }
}

/// The error of a run that has to wait, but cannot.
pub(crate) const OUTSIDE_OF_RUNTIME: &str = "cannot wait outside of a Tokio runtime; call `dispatch` inside one";

/// One run of a handler, or of a check, which returns a `bool`.
#[must_use]
pub enum Run<T = ()> {
    /// The run of a synchronous function, which has finished.
    Done(anyhow::Result<T>),
    /// The run of an asynchronous function, which has to be polled.
    Later(BoxFuture<'static, anyhow::Result<T>>),
}

impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done(_) => "Done",
            Self::Later(_) => "Later",
        })
    }
}

/// Boxes a future and converts its output.
///
/// Each move of a future copies it on the stack, which a large future could overflow; so this is not a function. A `const`
/// condition keeps the other branch from reserving stack space, even in debug builds.
macro_rules! boxed {
    ($future:ident, $convert:path) => {
        if const { size_of::<F>() > 16 << 10 } {
            Run::Later(Box::pin(Box::pin($future).map($convert)))
        } else {
            Run::Later(Box::pin($future.map($convert)))
        }
    };
}

impl<T: 'static> Run<T> {
    /// Creates the run of a synchronous function from its return value.
    pub(crate) fn finished(output: impl Output<T>) -> Self {
        Self::Done(output.into_output())
    }

    /// Creates the run of an asynchronous function from its future.
    pub(crate) fn pending<O: Output<T>, F: Future<Output = O> + Send + 'static>(future: F) -> Self {
        boxed!(future, Output::into_output)
    }
}

/// For generated code: creates the run of a synchronous handler from its return value.
pub fn ready<O: IntoResult>(outcome: O) -> Run {
    Run::finished(outcome)
}

/// For generated code: creates the run of an asynchronous handler from its future.
pub fn spawnable<O: IntoResult, F: Future<Output = O> + Send + 'static>(future: F) -> Run {
    boxed!(future, IntoResult::into_result)
}

/// Makes an action run on Tokio's blocking threads, with at most `threads` concurrent runs.
///
/// An aborted run occupies its thread, and counts, until it returns: the whole program shares Tokio's threads. While
/// such a run is in progress, the clock of a replay follows the real clock.
pub(crate) fn on_threads<E: Send + 'static>(action: Action<E>, threads: usize, real_time: RealTime) -> Action<E> {
    let action: Arc<dyn Fn(E) -> Run + Send + Sync> = action.into();
    let threads = Arc::new(Semaphore::new(threads.min(Semaphore::MAX_PERMITS)));
    Box::new(move |event| {
        let (action, threads, real_time) = (Arc::clone(&action), Arc::clone(&threads), real_time.clone());
        Run::Later(Box::pin(async move {
            let thread = threads.acquire_owned().await?;
            let guard = real_time.enter();
            let (trigger, span) = (running_trigger(), Span::current());
            let run = Handle::current().spawn_blocking(move || {
                let (_thread, _guard) = (thread, guard);
                let (_polling, _span) = (ThreadContext::polling(trigger), span.entered());
                match action(event) {
                    Run::Done(result) => result,
                    Run::Later(run) => Handle::current().block_on(run),
                }
            });
            match AbortOnDropHandle::new(run).await {
                Ok(result) => result,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    Err(error) => Err(error.into()),
                },
            }
        }))
    })
}
