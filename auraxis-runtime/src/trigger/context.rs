//! What a handler can ask for beside its event.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::Arc,
};

use crate::shutdown::Shutdown;

/// Something that a handler can take after its event.
///
/// It is made once, when the trigger is added, and cloned for each run; what is missing is an error at the start and
/// not at the first event. Implement it for types of your own:
///
/// ```
/// use auraxis_runtime::{Context, FromContext, Missing, State};
///
/// struct Settings { prefix: String }
///
/// #[derive(Clone)]
/// struct Prefix(String);
///
/// impl FromContext for Prefix {
///     fn from_context(context: &Context) -> Result<Self, Missing> {
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
    /// Takes it from the client.
    ///
    /// # Errors
    ///
    /// [`Missing`] if the client does not have it.
    fn from_context(context: &Context) -> Result<Self, Missing>;
}

/// Takes it from the client, for generated code: of a bound that does not hold, the compiler complains once.
///
/// # Errors
///
/// [`Missing`] if the client does not have it.
pub fn extract<T: FromContext>(context: &Context) -> Result<T, Missing> {
    T::from_context(context)
}

/// What the client has for the handler of one trigger.
#[derive(Debug)]
pub struct Context {
    states: Arc<ByType>,
    /// What there is for every trigger, whatever the program was given: the client, the trigger's handle, and so on.
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

    /// A part that every context has.
    pub(crate) fn part<T: Clone + Send + Sync + 'static>(&self) -> Result<T, Missing> {
        let part = self.parts.get::<T>().map(|part| T::clone(&part));
        part.ok_or_else(|| Missing::new(format!("`{}`, which this client does not have", type_name::<T>())))
    }
}

impl FromContext for Shutdown {
    fn from_context(context: &Context) -> Result<Self, Missing> {
        context.part()
    }
}

/// A value that was given to the client with `state`, shared by all handlers that take it.
///
/// It is found by its type. Nothing protects it: what changes needs a `Mutex` or an atomic of its own.
pub struct State<T: ?Sized>(Arc<T>);

/// A value that several threads can use at the same time, as the handlers of a client do.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used as state: handlers run on several threads",
    label = "expected a type that is `Send`, `Sync` and `Sized`",
    note = "use `Arc` instead of `Rc`, `Mutex` instead of `RefCell`, an atomic instead of `Cell`, and `Box<dyn Trait + \
            Send + Sync>` instead of `dyn Trait`"
)]
pub trait Shareable: Send + Sync + 'static {
    /// The value of this type, if the client was given one.
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
    fn from_context(context: &Context) -> Result<Self, Missing> {
        T::find(context).map(Self).ok_or_else(|| {
            Missing::new(format!(
                "State<{0}>, which was not given: add `state = …` to `run!`, or `.state(…)` to the builder",
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

/// What a handler asked for and the client does not have.
#[derive(Debug, thiserror::Error)]
#[error("needs {0}")]
pub struct Missing(String);

impl Missing {
    /// `what` completes the sentence "the trigger needs …".
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Values by their type.
#[derive(Default)]
pub(crate) struct ByType(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl ByType {
    /// Whether there was none of this type yet.
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
