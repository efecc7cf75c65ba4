//! What a lane runs: a handler that has all it asked for but the event.

use std::{fmt, future::Future, panic::resume_unwind, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::{runtime::Handle, sync::Semaphore};
use tokio_util::task::AbortOnDropHandle;

use super::thread_context::{ThreadContext, running_trigger};
use crate::real_time::RealTime;

/// A handler that has all it asked for beside the event.
pub(crate) type Action<E> = Box<dyn Fn(E) -> Run + Send + Sync>;

/// What a handler returns: nothing, or a `Result` whose error converts into [`anyhow::Error`].
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "expected `()` or a `Result<(), E>` where `E: Into<anyhow::Error>`",
    note = "`E` can be `anyhow::Error` or any error that is `Send` and `Sync`, but not `Box<dyn Error>`"
)]
pub trait IntoResult: Send + 'static {
    /// The error, if there is one.
    ///
    /// # Errors
    ///
    /// The handler's own.
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

/// One run of a handler: over already, or still to be polled.
#[must_use]
pub enum Run {
    /// It is over.
    Done(anyhow::Result<()>),
    /// It goes on as a future.
    Later(BoxFuture<'static, anyhow::Result<()>>),
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done(_) => "Done",
            Self::Later(_) => "Later",
        })
    }
}

/// A run of a synchronous handler.
pub fn ready<O: IntoResult>(outcome: O) -> Run {
    Run::Done(outcome.into_result())
}

/// A run of an asynchronous handler.
pub fn spawnable<O: IntoResult, F: Future<Output = O> + Send + 'static>(future: F) -> Run {
    const LARGE: usize = 16 << 10;

    // Each move of a future copies it on the stack, which a large one could overflow. What is decided while compiling
    // takes no room there for the other branch, in a debug build too.
    if const { size_of::<F>() > LARGE } {
        Run::Later(Box::pin(Box::pin(future).map(IntoResult::into_result)))
    } else {
        Run::Later(Box::pin(future.map(IntoResult::into_result)))
    }
}

/// Runs an action on threads made for blocking, at most so many at a time.
///
/// A run that is given up leaves its thread only when it returns, and counts until then: Tokio's threads are there for
/// everybody. Meanwhile the clock of a replay runs as the real one does.
pub(crate) fn on_threads<E: Send + 'static>(action: Action<E>, threads: usize, real_time: RealTime) -> Action<E> {
    let action: Arc<dyn Fn(E) -> Run + Send + Sync> = action.into();
    let threads = Arc::new(Semaphore::new(threads.min(Semaphore::MAX_PERMITS)));
    Box::new(move |event| {
        let (action, threads, real_time) = (Arc::clone(&action), Arc::clone(&threads), real_time.clone());
        Run::Later(Box::pin(async move {
            let thread = threads.acquire_owned().await?;
            let guard = real_time.enter();
            let trigger = running_trigger();
            let run = Handle::current().spawn_blocking(move || {
                let (_thread, _guard) = (thread, guard);
                let _polling = ThreadContext::polling(trigger);
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
