//! What `#[trigger]` begins with: a look at the type that the function takes first.
//!
//! The builder is an associated type here, so that there is none if the type will not do. Then the compiler is silent
//! about what is done with the builder afterwards, and one mistake is one error.
//!
//! [`FirstParameter`] leads to [`Plain`] and that to [`Other`], and the compiler takes the first `__kind` that is there for a type.

use std::{
    cell::{Cell, OnceCell, RefCell},
    marker::PhantomData,
    ops::Deref,
    rc::Rc,
    sync::{Arc, Mutex, OnceLock, RwLock},
    task::Poll,
};

use auraxis_core::event::Payload;

use super::builder::{Trigger, TriggerBuilder};

/// Begins a trigger: `builder_for(FirstParameter::<E>::NEW.__kind())`.
#[must_use]
pub fn builder_for<L: ParameterKind>(_: L) -> L::Builder {
    L::builder()
}

/// What a look at a type has found.
pub trait ParameterKind {
    /// The builder of a trigger.
    type Builder;

    /// See [`Trigger::builder`].
    fn builder() -> Self::Builder;
}

/// The type of a function's first parameter.
#[derive(Debug)]
pub struct FirstParameter<E>(Plain<E>);

/// A type that a trigger can take.
#[derive(Debug)]
pub struct Plain<E>(Other<E>);

/// Any other type.
#[derive(Debug)]
pub struct Other<E>(PhantomData<E>);

/// A type that holds the event `P`, and would hold anything else as well.
#[derive(Debug)]
pub struct Wrapper<W, P>(PhantomData<(W, P)>);

impl<E> Deref for FirstParameter<E> {
    type Target = Plain<E>;

    fn deref(&self) -> &Plain<E> {
        &self.0
    }
}

impl<E> Deref for Plain<E> {
    type Target = Other<E>;

    fn deref(&self) -> &Other<E> {
        &self.0
    }
}

impl<E> FirstParameter<E> {
    /// The only value.
    pub const NEW: Self = Self(Plain(Other(PhantomData)));
}

/// In the standard library, these are `From` whatever they hold, as an enum of events is `From` its events.
macro_rules! wrappers {
    ($($wrapper:ident)*) => {$(
        impl<P: Payload> FirstParameter<$wrapper<P>> {
            /// The type is a wrapper.
            #[must_use]
            pub const fn __kind(&self) -> Wrapper<$wrapper<P>, P> {
                Wrapper(PhantomData)
            }
        }
    )*};
}

wrappers! { Option Poll Box Rc Arc Cell RefCell OnceCell OnceLock Mutex RwLock }

impl<W: Takes<P>, P> ParameterKind for Wrapper<W, P> {
    type Builder = W::Builder;

    fn builder() -> W::Builder {
        W::builder()
    }
}

/// Implemented by no wrapper.
#[diagnostic::on_unimplemented(message = "expected the event `{P}` by value, found `{Self}`", label = "write `{P}`")]
pub trait Takes<P> {
    /// The builder of a trigger.
    type Builder;

    /// See [`Trigger::builder`].
    fn builder() -> Self::Builder;
}

impl<E: Clone + Send + Sync + 'static> Plain<E> {
    /// The type will do.
    #[must_use]
    pub const fn __kind(&self) -> Self {
        Self(Other(self.0.0))
    }
}

impl<E: Clone + Send + Sync + 'static> ParameterKind for Plain<E> {
    type Builder = TriggerBuilder<E>;

    fn builder() -> TriggerBuilder<E> {
        Trigger::builder()
    }
}

impl<E> Other<E> {
    /// The type is no wrapper and will not do.
    #[must_use]
    pub const fn __kind(&self) -> Self {
        Self(self.0)
    }
}

impl<E: Takeable> ParameterKind for Other<E> {
    type Builder = E::Builder;

    fn builder() -> E::Builder {
        E::builder()
    }
}

/// Implemented by nothing: what can be taken is [`Plain`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the first parameter of a trigger",
    label = "expected an event, `Event`, or an enum of events that is `Clone`, `Send` and `Sync`",
    note = "declare an enum of events with `one_of!`"
)]
pub trait Takeable {
    /// The builder of a trigger.
    type Builder;

    /// See [`Trigger::builder`].
    fn builder() -> Self::Builder;
}
