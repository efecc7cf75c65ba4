//! What will be generated.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, LitStr, Path, Result, ReturnType, Type, ext::IdentExt, spanned::Spanned};

use crate::{
    args::Args,
    closure,
    event::Event,
    function::Function,
    option::{Given, Setting, Value},
    paths::Paths,
    tokens::{glue, impl_keyword},
};

/// A trigger, ready to be written out.
pub(crate) struct Trigger<'a> {
    /// The function's name.
    pub(crate) function: &'a Ident,
    /// Whether the function gives a future.
    pub(crate) is_async: bool,
    /// What the function takes first.
    pub(crate) event: &'a Type,
    /// What the function takes besides.
    pub(crate) extractors: Vec<&'a Type>,
    /// What the function returns.
    pub(crate) output: TokenStream,
    /// What the trigger listens to.
    pub(crate) sources: Vec<Event>,
    /// The options, as calls of the builder's methods, in the order in which they were given.
    pub(crate) calls: Vec<Call>,
    /// The call that gives the trigger its name.
    pub(crate) name: Call,
    /// What holds for the function and has to hold for its registration as well.
    pub(crate) attributes: Vec<&'a Attribute>,
    /// Where the framework is found, if not at `::auraxis`.
    root: Option<Path>,
}

/// A call of a method of the builder.
pub(crate) struct Call {
    /// The method. It carries the name of the option, so that an editor finds its documentation there.
    pub(crate) method: Ident,
    pub(crate) argument: Argument,
}

/// What a method of the builder is given.
pub(crate) enum Argument {
    Nothing,
    Value(TokenStream),
    /// A variant of `OverflowPolicy`.
    Policy(Ident),
}

impl<'a> Trigger<'a> {
    /// Decides what to generate. The function must have a first parameter.
    pub(crate) fn new(args: Args, function: &'a Function) -> Result<Self> {
        let event = function.event()?;
        let mut trigger = Self {
            function: function.name(),
            is_async: function.is_async(),
            event,
            extractors: function.parameters().skip(1).collect(),
            output: output(function),
            sources: args.events,
            calls: Vec::new(),
            name: Call::named(function.name().span(), name(function.name())),
            attributes: function.attributes.iter().filter(|attribute| holds_for_registration(attribute)).collect(),
            root: None,
        };
        if trigger.sources.is_empty() {
            trigger.sources.push(Event::Type(event.clone()));
        }
        for given in args.options {
            trigger.set(given);
        }
        Ok(trigger)
    }

    /// The paths that the expansion names, located at one place.
    pub(crate) fn paths(&self, at: Span) -> Paths {
        Paths::new(self.root.as_ref(), at)
    }

    fn set(&mut self, Given { setting, word, value }: Given) {
        match (setting, value) {
            (Setting::Name, Value::Expr(name)) => self.name = Call::named(word.span(), name),
            (_, Value::Crate(root)) => self.root = Some(root),
            (Setting::Condition, Value::Expr(value)) => {
                self.call(word, Argument::Value(closure::condition(value, self.event)));
            }
            (Setting::Key, Value::Expr(value)) => self.call(word, Argument::Value(closure::key(value, self.event))),
            (_, Value::Expr(value)) => self.call(word, Argument::Value(value.into_token_stream())),
            (_, Value::Policy(policy)) => self.call(word, Argument::Policy(policy)),
            (_, Value::Flag) => self.call(word, Argument::Nothing),
        }
    }

    fn call(&mut self, method: Ident, argument: Argument) {
        self.calls.push(Call { method, argument });
    }
}

impl Call {
    fn named(at: Span, name: impl ToTokens) -> Self {
        Self { method: Ident::new("named", at), argument: Argument::Value(name.into_token_stream()) }
    }
}

/// A function's name as a text, `type` for `r#type`.
pub(crate) fn name(function: &Ident) -> LitStr {
    LitStr::new(&function.unraw().to_string(), function.span())
}

fn output(function: &Function) -> TokenStream {
    match &function.signature.output {
        ReturnType::Default => quote_spanned!(glue(function.name().span())=> ()),
        // Outside of a signature, only inference can name such a type.
        ReturnType::Type(_, output) if matches!(**output, Type::Never(_)) || impl_keyword(output).is_some() => {
            quote_spanned!(glue(output.span())=> _)
        }
        ReturnType::Type(_, output) => output.into_token_stream(),
    }
}

/// A condition on the function, or a lint allowed in it: its types are named in the registration again.
fn holds_for_registration(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("allow")
}
