//! Handlers of triggers.

use std::future::Future;

use super::context::{Context, FromContext, FromContextError};
use crate::dispatch::run::{Action, Output, Run};

/// A synchronous or asynchronous function or closure that takes an event and up to six extractors, which implement
/// [`FromContext`]. The type parameter `M` is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler for `{E}`",
    label = "expected a function or closure that takes `{E}` and up to six extractors such as `Client` or `State<T>`",
    note = "a handler returns nothing or a `Result<(), E>`, directly or from a future that is `Send`"
)]
pub trait Handler<E, M, T = ()>: Send + Sync + Sized + 'static {
    /// Resolves the handler's extractors, once.
    ///
    /// # Errors
    ///
    /// Returns an error if the client does not have one of them.
    #[doc(hidden)]
    fn bind(self, context: &Context) -> Result<Action<E, T>, FromContextError>;
}

/// A function that decides whether a handler runs: like a [`Handler`], but it returns `bool` or a `Result<bool, E>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a check of `{E}`",
    label = "expected a function or closure that takes `{E}` and up to six extractors such as `Client` or `State<T>`",
    note = "a check returns `bool` or a `Result<bool, E>`, directly or from a future that is `Send`"
)]
pub trait Check<E, M>: Handler<E, M, bool> {}

#[diagnostic::do_not_recommend]
impl<E, M, F: Handler<E, M, bool>> Check<E, M> for F {}

/// Marks asynchronous handlers.
#[derive(Debug)]
pub struct Asynchronous;

/// Marks synchronous handlers.
#[derive(Debug)]
pub struct Synchronous;

macro_rules! handlers {
    ($( ($($part:ident),*) )*) => {$(
        impl<E, F, O, R, T, $($part),*> Handler<E, (Asynchronous, O, R, $($part,)*), T> for F
        where
            E: 'static,
            F: Fn(E, $($part),*) -> R + Send + Sync + 'static,
            R: Future<Output = O> + Send + 'static,
            O: Output<T>,
            T: 'static,
            $($part: FromContext,)*
        {
            #[allow(non_snake_case, unused_variables)] // The parts are named after their types.
            fn bind(self, context: &Context) -> Result<Action<E, T>, FromContextError> {
                $( let $part = $part::from_context(context)?; )*
                Ok(Box::new(move |event| Run::pending(self(event, $($part.clone()),*))))
            }
        }

        impl<E, F, O, T, $($part),*> Handler<E, (Synchronous, O, $($part,)*), T> for F
        where
            E: 'static,
            F: Fn(E, $($part),*) -> O + Send + Sync + 'static,
            O: Output<T>,
            T: 'static,
            $($part: FromContext,)*
        {
            #[allow(non_snake_case, unused_variables)] // The parts are named after their types.
            fn bind(self, context: &Context) -> Result<Action<E, T>, FromContextError> {
                $( let $part = $part::from_context(context)?; )*
                Ok(Box::new(move |event| Run::finished(self(event, $($part.clone()),*))))
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
