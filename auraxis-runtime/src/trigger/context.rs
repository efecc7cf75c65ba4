//! Extractors: the parameters of a handler after the event.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::Arc,
};

use crate::shutdown::Shutdown;

/// An extractor: a type that handlers can take as a parameter after the event.
///
/// The value is created once, when the trigger is added, and cloned for each run. Therefore a missing value is an error
/// when the trigger is added, not at the first event. Implement this trait for your own types:
///
/// ```
/// # use auraxis_runtime as auraxis;
/// use auraxis::{Context, FromContext, FromContextError, State};
///
/// struct Settings { prefix: String }
///
/// #[derive(Clone)]
/// struct Prefix(String);
///
/// impl FromContext for Prefix {
///     fn from_context(context: &Context) -> Result<Self, FromContextError> {
///         let settings = State::<Settings>::from_context(context)?;
///         Ok(Self(settings.prefix.clone()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an extractor",
    label = "expected an extractor such as `Client` or `State<T>`",
    note = "to share data with handlers, pass it with `run!(state = …)` and take `State<{Self}>`"
)]
pub trait FromContext: Clone + Send + Sync + 'static {
    /// Creates the value.
    ///
    /// # Errors
    ///
    /// Returns an error if something that the value requires is missing, such as a [`State`].
    fn from_context(context: &Context) -> Result<Self, FromContextError>;
}

/// For generated code: creates an extractor, with a single compiler error if `T` is not one.
///
/// # Errors
///
/// Returns an error if the client does not have a required part.
pub fn extract<T: FromContext>(context: &Context) -> Result<T, FromContextError> {
    T::from_context(context)
}

/// What the extractors of a trigger are created from: the client, its states, its shutdown and the trigger's handle.
/// Each is an extractor itself; call its [`from_context`](FromContext::from_context).
#[derive(Debug)]
pub struct Context {
    states: Arc<ByType>,
    /// The parts that every context has, such as the client and the trigger's handle.
    parts: ByType,
}

impl Context {
    pub(crate) fn new(states: Arc<ByType>) -> Self {
        Self { states, parts: ByType::default() }
    }

    pub(crate) fn with<T: Send + Sync + 'static>(mut self, part: T) -> Self {
        self.parts.insert(part);
        self
    }

    /// Returns a part that every context has.
    pub(crate) fn part<T: Clone + Send + Sync + 'static>(&self) -> Result<T, FromContextError> {
        let part = self.parts.get::<T>().map(|part| T::clone(&part));
        part.ok_or_else(|| FromContextError::new(format!("`{}`, which the client does not have", type_name::<T>())))
    }
}

impl FromContext for Shutdown {
    fn from_context(context: &Context) -> Result<Self, FromContextError> {
        context.part()
    }
}

/// An extractor for a value that was passed to [`ClientBuilder::state`](crate::ClientBuilder::state), shared by all
/// handlers that take it.
///
/// States are identified by their type, and shared: to change one, wrap it in a `Mutex` or use atomics.
pub struct State<T: ?Sized>(Arc<T>);

/// A value that handlers on several threads can share. Implemented for every type that is `Send`, `Sync` and `'static`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used as state: handlers run on several threads",
    label = "expected a type that is `Send`, `Sync` and `Sized`",
    note = "use `Arc` instead of `Rc`, `Mutex` instead of `RefCell`, an atomic instead of `Cell`, and `Box<dyn Trait + \
            Send + Sync>` instead of `dyn Trait`"
)]
pub trait Shareable: Send + Sync + 'static {
    /// Returns the state of this type, if the client has one.
    #[doc(hidden)]
    fn find(context: &Context) -> Option<Arc<Self>>;
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> Shareable for T {
    fn find(context: &Context) -> Option<Arc<Self>> {
        context.states.get()
    }
}

impl<T: Shareable + ?Sized> FromContext for State<T> {
    fn from_context(context: &Context) -> Result<Self, FromContextError> {
        T::find(context).map(Self).ok_or_else(|| {
            FromContextError::new(format!(
                "`State<{0}>`, which the client does not have; add `state = …` to `run!`, or `.state(…)` to the builder",
                type_name::<T>()
            ))
        })
    }
}

#[cfg(feature = "test")]
impl<T: Send + Sync + 'static> State<T> {
    pub(crate) fn of(states: &ByType) -> Option<Self> {
        states.get().map(Self)
    }
}

impl<T: ?Sized> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug + ?Sized> fmt::Debug for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The error of [`FromContext`]: the client does not have something that an extractor requires.
#[derive(Debug, thiserror::Error)]
#[error("needs {0}")]
pub struct FromContextError(String);

impl FromContextError {
    /// Creates an error. `what` completes the sentence "the trigger needs …".
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// A map from types to values.
#[derive(Default)]
pub(crate) struct ByType(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl ByType {
    /// Inserts a value. Returns false if it replaced a value of the same type.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> bool {
        self.0.insert(TypeId::of::<T>(), Arc::new(value)).is_none()
    }

    fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.0.get(&TypeId::of::<T>())?).downcast().ok()
    }
}

impl fmt::Debug for ByType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ByType").field(&self.0.len()).finish()
    }
}
