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
    tokens::{generated_at, impl_keyword, undelivered},
};

/// A valid trigger.
pub(crate) struct Trigger<'a> {
    /// The function's name.
    pub(crate) function: &'a Ident,
    /// Whether the function is an `async fn`.
    pub(crate) is_async: bool,
    /// The type of the event: the first parameter, or its items if it is a `Vec`.
    pub(crate) event: &'a Type,
    /// The type of the first parameter.
    first_parameter: &'a Type,
    /// The types of the other parameters.
    pub(crate) extractors: Vec<&'a Type>,
    /// The return type.
    pub(crate) output: TokenStream,
    /// The events that the trigger listens to.
    pub(crate) events: Vec<Event>,
    /// The options as calls of the builder's methods, in the order in which they were written.
    pub(crate) calls: Vec<Call>,
    /// The call that sets the trigger's name.
    pub(crate) name: Call,
    /// The function's attributes that apply to the registration as well.
    pub(crate) attributes: Vec<&'a Attribute>,
    /// The path of auraxis, if it is not `::auraxis`.
    crate_path: Option<Path>,
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
    /// Creates the trigger.
    ///
    /// # Errors
    ///
    /// Returns an error if the function has no first parameter.
    pub(crate) fn new(args: Args, function: &'a Function) -> Result<Self> {
        let event = function.event()?;
        let mut trigger = Self {
            function: function.name(),
            is_async: function.is_async(),
            event,
            first_parameter: function.first_parameter()?,
            extractors: function.parameters().skip(1).collect(),
            output: output(function),
            events: args.events,
            calls: Vec::new(),
            name: Call::named(function.name().span(), name(function.name())),
            attributes: function.attributes.iter().filter(|attribute| applies_to_registration(attribute)).collect(),
            crate_path: None,
        };
        if trigger.events.is_empty() {
            trigger.events.push(Event::Type(undelivered(event).clone()));
        }
        trigger.set_batch(&args.options);
        for option in args.options {
            trigger.set(option);
        }
        Ok(trigger)
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
                self.call(name, Argument::Value(typed_condition(value, self.event)));
            }
            (OptionKind::Key | OptionKind::Per, OptionValue::Expr(value)) => {
                let event = self.event;
                self.call(name, Argument::Value(typed_closure(value, |span| quote_spanned!(span=> &#event))));
            }
            (OptionKind::Check, OptionValue::Expr(value)) => {
                let event = self.event;
                self.call(name, Argument::Value(typed_closure(value, |span| quote_spanned!(span=> #event))));
            }
            (OptionKind::OnError, OptionValue::Expr(value)) => {
                let first = self.first_parameter;
                let ty = |span| {
                    let Paths { handler_error, .. } = self.paths(span);
                    quote_spanned!(span=> #handler_error<'_, #first>)
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
