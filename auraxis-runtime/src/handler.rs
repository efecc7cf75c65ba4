//! Handlers: what a trigger runs.

use std::{fmt, future::Future, sync::Arc};

use futures_util::future::BoxFuture;
use tokio::{runtime::Handle, sync::Semaphore, task::spawn_blocking};
use tokio_util::task::AbortOnDropHandle;

use crate::context::{Context, FromContext, Missing};

/// What a handler returns: nothing, or a `Result` whose error converts into [`anyhow::Error`].
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "return nothing, or a `Result<(), _>` whose error converts into `anyhow::Error`",
    note = "`anyhow::Error` itself and every error that is `Send` and `Sync` convert; `Box<dyn Error>` does not"
)]
pub trait Outcome: Send + 'static {
    /// The error, if there is one.
    ///
    /// # Errors
    ///
    /// The handler's own.
    fn into_result(self) -> anyhow::Result<()>;
}

#[diagnostic::do_not_recommend]
impl Outcome for () {
    fn into_result(self) -> anyhow::Result<()> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<anyhow::Error> + Send + 'static> Outcome for Result<(), E> {
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
pub fn ready<O: Outcome>(outcome: O) -> Run {
    Run::Done(outcome.into_result())
}

/// A run of an asynchronous handler.
pub fn spawnable<O: Outcome, F: Future<Output = O> + Send + 'static>(future: F) -> Run {
    Run::Later(Box::pin(async move { future.await.into_result() }))
}

/// Runs an action on threads made for blocking, at most so many at a time.
///
/// A run that is given up leaves its thread only when it returns, and counts until then: Tokio's threads are there for
/// everybody.
pub(crate) fn on_threads<E: Send + 'static>(action: Action<E>, threads: usize) -> Action<E> {
    let action: Arc<dyn Fn(E) -> Run + Send + Sync> = action.into();
    let threads = Arc::new(Semaphore::new(threads.min(Semaphore::MAX_PERMITS)));
    Box::new(move |event| {
        let (action, threads) = (Arc::clone(&action), Arc::clone(&threads));
        Run::Later(Box::pin(async move {
            let thread = threads.acquire_owned().await?;
            let run = spawn_blocking(move || {
                let _thread = thread;
                match action(event) {
                    Run::Done(result) => result,
                    Run::Later(run) => Handle::current().block_on(run),
                }
            });
            match AbortOnDropHandle::new(run).await {
                Ok(result) => result,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(error) => Err(error.into()),
                },
            }
        }))
    })
}

/// A function or closure that a trigger can run: it takes the event, then anything that is [`FromContext`], and is
/// asynchronous or not. `M` tells these apart and is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot handle `{E}`",
    label = "expected a function of `{E}` and up to six extractors such as `Client` or `State<T>`",
    note = "it returns nothing or a `Result`, directly or from a future that is `Send`"
)]
pub trait Handler<E, M>: Send + Sync + Sized + 'static {
    /// Gets what the handler asks for beside the event, once.
    ///
    /// # Errors
    ///
    /// [`Missing`] if the client does not have it.
    fn wire(self, context: &Context) -> Result<Action<E>, Missing>;
}

/// A handler that has got all it asked for.
pub type Action<E> = Box<dyn Fn(E) -> Run + Send + Sync>;

/// Marks asynchronous handlers.
#[derive(Debug)]
pub struct Asynchronous;

/// Marks synchronous handlers.
#[derive(Debug)]
pub struct Synchronous;

macro_rules! handlers {
    ($( ($($part:ident),*) )*) => {$(
        impl<E, F, O, R, $($part),*> Handler<E, (Asynchronous, O, R, $($part,)*)> for F
        where
            E: 'static,
            F: Fn(E, $($part),*) -> R + Send + Sync + 'static,
            R: Future<Output = O> + Send + 'static,
            O: Outcome,
            $($part: FromContext,)*
        {
            #[allow(non_snake_case, unused_variables)] // The parts are named after their types.
            fn wire(self, context: &Context) -> Result<Action<E>, Missing> {
                $( let $part = $part::from_context(context)?; )*
                Ok(Box::new(move |event| spawnable(self(event, $($part.clone()),*))))
            }
        }

        impl<E, F, O, $($part),*> Handler<E, (Synchronous, O, $($part,)*)> for F
        where
            E: 'static,
            F: Fn(E, $($part),*) -> O + Send + Sync + 'static,
            O: Outcome,
            $($part: FromContext,)*
        {
            #[allow(non_snake_case, unused_variables)] // The parts are named after their types.
            fn wire(self, context: &Context) -> Result<Action<E>, Missing> {
                $( let $part = $part::from_context(context)?; )*
                Ok(Box::new(move |event| ready(self(event, $($part.clone()),*))))
            }
        }
    )*};
}

handlers! {
    ()
    (A)
    (A, B)
    (A, B, C)
    (A, B, C, D)
    (A, B, C, D, G)
    (A, B, C, D, G, H)
}
