//! The trigger to generate.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, LitStr, Path, Result, ReturnType, Type, ext::IdentExt, spanned::Spanned};

use crate::{
    args::Args,
    closure_types::{typed_closure, typed_condition},
    event::Event,
    function::Function,
    option::{OptionKind, OptionValue, TriggerOption},
    paths::Paths,
    schedule::Schedule,
    tokens::{generated_at, impl_keyword, undelivered},
};

/// A valid trigger.
pub(crate) struct Trigger<'a> {
    /// The function's name.
    pub(crate) function: &'a Ident,
    /// Whether the function is an `async fn`.
    pub(crate) is_async: bool,
    /// What makes the trigger run.
    pub(crate) origin: Origin,
    /// Whether the function takes the event or turn as its first parameter.
    pub(crate) takes_event: bool,
    /// Whether the function is generic: it takes the event of any kind, and the trigger takes `Event`.
    pub(crate) is_generic: bool,
    /// The type of the event: the first parameter, or its items if it is a `Vec`. The turn of a periodic trigger.
    pub(crate) event: Type,
    /// What the handler takes: the first parameter, if the function takes the event.
    argument: Type,
    /// The types of the other parameters.
    pub(crate) extractors: Vec<&'a Type>,
    /// The return type.
    pub(crate) output: TokenStream,
    /// The options as calls of the builder's methods, in the order in which they were written.
    pub(crate) calls: Vec<Call>,
    /// The call that sets the trigger's name.
    pub(crate) name: Call,
    /// The function's attributes that apply to the registration as well.
    pub(crate) attributes: Vec<&'a Attribute>,
    /// The path of auraxis, if it is not `::auraxis`.
    crate_path: Option<Path>,
}

/// What makes a trigger run.
pub(crate) enum Origin {
    Events(Vec<Event>),
    Schedule(Schedule),
}

/// A call of a builder's method.
pub(crate) struct Call {
    /// The method. Its span is that of the option, so that editors show the method's documentation there.
    pub(crate) method: Ident,
    pub(crate) argument: Argument,
}

/// The argument of a builder's method.
pub(crate) enum Argument {
    None,
    Value(TokenStream),
    /// A variant of `OverflowPolicy`.
    Policy(Ident),
}

impl<'a> Trigger<'a> {
    /// Creates a trigger on events.
    ///
    /// # Errors
    ///
    /// Returns an error if the function has no first parameter.
    pub(crate) fn on_events(args: Args, function: &'a Function) -> Result<Self> {
        let (event, argument) = (function.event()?, function.first_parameter()?);
        let is_generic = function.generic_event().is_some();
        let mut events = args.events;
        if events.is_empty() {
            events.push(Event::Type(undelivered(event).clone()));
        }
        let event = if is_generic {
            let any = Type::Verbatim(Paths::new(crate_path(&args.options), Span::mixed_site()).event);
            (any.clone(), any)
        } else {
            (event.clone(), argument.clone())
        };
        Ok(Self { is_generic, ..Self::new(Origin::Events(events), true, event, args.options, function) })
    }

    /// Creates a periodic trigger.
    ///
    /// # Errors
    ///
    /// Returns an error if the first parameter is `self`.
    pub(crate) fn on_schedule(schedule: Schedule, args: Args, function: &'a Function) -> Result<Self> {
        if function.has_receiver() {
            function.first_parameter()?;
        }
        let takes_event = function.event_name().is_some_and(|name| name == "Tick");
        let tick = Type::Verbatim(Paths::new(crate_path(&args.options), Span::mixed_site()).tick);
        Ok(Self::new(Origin::Schedule(schedule), takes_event, (tick.clone(), tick), args.options, function))
    }

    fn new(
        origin: Origin,
        takes_event: bool,
        (event, argument): (Type, Type),
        options: Vec<TriggerOption>,
        function: &'a Function,
    ) -> Self {
        let mut trigger = Self {
            function: function.name(),
            is_async: function.is_async(),
            origin,
            takes_event,
            is_generic: false,
            event,
            argument,
            extractors: function.parameters().skip(usize::from(takes_event)).collect(),
            output: output(function),
            calls: Vec::new(),
            name: Call::named(function.name().span(), name(function.name())),
            attributes: function.attributes.iter().filter(|attribute| applies_to_registration(attribute)).collect(),
            crate_path: None,
        };
        trigger.set_batch(&options);
        for option in options {
            trigger.set(option);
        }
        trigger
    }

    /// The paths of the expansion, with this span.
    pub(crate) fn paths(&self, span: Span) -> Paths {
        Paths::new(self.crate_path.as_ref(), span)
    }

    /// Adds the call for `batch` and `within`. It comes first, because it changes what other options get.
    fn set_batch(&mut self, options: &[TriggerOption]) {
        let value = |kind| {
            let option = options.iter().find(|option| option.kind == kind)?;
            if let OptionValue::Expr(value) = &option.value { Some((&option.name, value)) } else { None }
        };
        if let (Some((name, batch)), Some((_, within))) = (value(OptionKind::Batch), value(OptionKind::Within)) {
            self.call(name.clone(), Argument::Value(quote!(#batch, #within)));
        }
    }

    fn set(&mut self, TriggerOption { kind, name, value }: TriggerOption) {
        match (kind, value) {
            (OptionKind::Batch | OptionKind::Within, _) => {}
            (OptionKind::Name, OptionValue::Expr(value)) => self.name = Call::named(name.span(), value),
            (_, OptionValue::Crate(path)) => self.crate_path = Some(path),
            (OptionKind::Condition, OptionValue::Expr(value)) => {
                self.call(name, Argument::Value(typed_condition(value, &self.event)));
            }
            (OptionKind::Key | OptionKind::Per, OptionValue::Expr(value)) => {
                let event = &self.event;
                let value = typed_closure(value, |span| quote_spanned!(span=> &#event));
                self.call(name, Argument::Value(value));
            }
            (OptionKind::Check, OptionValue::Expr(value)) => {
                let event = &self.event;
                let value = typed_closure(value, |span| quote_spanned!(span=> #event));
                self.call(name, Argument::Value(value));
            }
            (OptionKind::OnError, OptionValue::Expr(value)) => {
                let argument = &self.argument;
                let ty = |span| {
                    let Paths { handler_error, .. } = self.paths(span);
                    quote_spanned!(span=> #handler_error<'_, #argument>)
                };
                let value = typed_closure(value, ty);
                self.call(name, Argument::Value(value));
            }
            (_, OptionValue::Expr(value)) => self.call(name, Argument::Value(value.into_token_stream())),
            (_, OptionValue::Policy(policy)) => self.call(name, Argument::Policy(policy)),
            (_, OptionValue::Flag) => self.call(name, Argument::None),
        }
    }

    fn call(&mut self, method: Ident, argument: Argument) {
        self.calls.push(Call { method, argument });
    }
}

impl Call {
    fn named(span: Span, name: impl ToTokens) -> Self {
        Self { method: Ident::new("named", span), argument: Argument::Value(name.into_token_stream()) }
    }
}

/// The path in the option `crate`.
fn crate_path(options: &[TriggerOption]) -> Option<&Path> {
    options.iter().find_map(|option| if let OptionValue::Crate(path) = &option.value { Some(path) } else { None })
}

/// A function's name as a string, `type` for `r#type`.
pub(crate) fn name(function: &Ident) -> LitStr {
    LitStr::new(&function.unraw().to_string(), function.span())
}

fn output(function: &Function) -> TokenStream {
    match &function.signature.output {
        ReturnType::Default => quote_spanned!(generated_at(function.name().span())=> ()),
        // Such a type cannot be named outside of a signature, so it is inferred.
        ReturnType::Type(_, output) if matches!(**output, Type::Never(_)) || impl_keyword(output).is_some() => {
            quote_spanned!(generated_at(output.span())=> _)
        }
        ReturnType::Type(_, output) => output.into_token_stream(),
    }
}

/// `#[cfg]` and `#[allow]`, because the registration repeats the function's types.
fn applies_to_registration(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("allow")
}
