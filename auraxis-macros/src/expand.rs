//! Generates the registration of a trigger. This step cannot fail.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::{Type, spanned::Spanned};

use crate::{
    event::Event,
    model::{self, Argument, Call, Origin, Trigger},
    paths::Paths,
    tokens::generated_at,
};

/// The `const _` below the function.
pub(crate) fn registration(trigger: &Trigger<'_>) -> TokenStream {
    let Trigger { origin, event, calls, name, attributes, .. } = trigger;
    let (builder, events) = match origin {
        Origin::Events(events) => (builder(event, trigger), events.iter().map(on).collect()),
        Origin::Schedule(schedule) => (schedule.builder(|span| trigger.paths(span)), Vec::new()),
    };
    let calls = calls.iter().chain([name]).map(|call| builder_call(trigger, call));
    let action = action(trigger);
    let function = model::name(trigger.function);

    let span = Span::mixed_site();
    let Paths { trigger: built, submit, registration, module_path, file, line, .. } = trigger.paths(span);
    // Hygiene does not protect all names: the user's expressions can see generated items, and a constant of the user
    // would turn a generated variable into a pattern. Hence the names that nobody else uses.
    quote_spanned! {span=>
        #(#attributes)*
        const _: () = {
            fn __build() -> #built {
                #builder
                    #(#events)*
                    #(#calls)*
                    .__action(#action)
            }
            #submit! {
                #registration::new(#function, #module_path!(), #file!(), #line!(), __build)
            }
        };
    }
}

/// The builder, with the span of the first parameter's type, where an unsuitable type is reported.
fn builder(event: &Type, trigger: &Trigger<'_>) -> TokenStream {
    let span = generated_at(event.span());
    let Paths { builder_for, first, .. } = trigger.paths(span);
    quote_spanned!(span=> #builder_for(#first::<#event>::NEW.__kind()))
}

fn on(event: &Event) -> TokenStream {
    let span = generated_at(event.span());
    match event {
        Event::Type(event) => quote_spanned!(span=> .on::<#event>()),
        Event::Selector { event, selector } => quote_spanned!(span=> .on_selector::<#event>(#selector)),
        Event::Name(name) => quote_spanned!(span=> .on_named(#name)),
    }
}

fn builder_call(trigger: &Trigger<'_>, Call { method, argument }: &Call) -> TokenStream {
    let span = generated_at(method.span());
    match argument {
        Argument::None => quote_spanned!(span=> .#method()),
        Argument::Value(value) => quote_spanned!(span=> .#method(#value)),
        Argument::Policy(policy) => {
            let Paths { overflow_policy, .. } = trigger.paths(generated_at(policy.span()));
            quote_spanned!(span=> .#method(#overflow_policy::#policy))
        }
    }
}

/// The closure that resolves the extractors, once. It returns the closure that handles an event.
fn action(trigger: &Trigger<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let Paths { ok, .. } = trigger.paths(span);
    let context =
        if trigger.extractors.is_empty() { quote_spanned!(span=> _) } else { quote_spanned!(span=> __context) };
    let variables = extractor_variables(trigger);
    let extractions = trigger.extractors.iter().zip(&variables).map(|(extractor, variable)| {
        let span = variable.span();
        let Paths { extract, .. } = trigger.paths(span);
        quote_spanned!(span=> let #variable = #extract::<#extractor>(__context)?;)
    });
    let event = if trigger.takes_event { quote_spanned!(span=> __event) } else { quote_spanned!(span=> _) };
    let call = call(trigger, &variables);
    let call = if trigger.is_generic { call_for_each_kind(trigger, &call) } else { call };
    quote_spanned! {span=>
        |#context| {
            #(#extractions)*
            #ok(move |#event| { #call })
        }
    }
}

/// The call of a generic function with the type of the event.
fn call_for_each_kind(trigger: &Trigger<'_>, call: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let Paths { ready, ok, err, .. } = trigger.paths(span);
    let Origin::Events(events) = &trigger.origin else { return call.clone() };
    let attempts = events.iter().filter_map(Event::ty).map(|event| {
        let span = generated_at(event.span());
        let Paths { downcast, .. } = trigger.paths(span);
        quote_spanned! {span=>
            let __event = match #downcast::<#event>(__event) {
                #ok(__event) => return #call,
                #err(__event) => __event,
            };
        }
    });
    // No other event is offered.
    quote_spanned! {span=>
        #(#attempts)*
        let _ = __event;
        #ready::<()>(())
    }
}

/// The call of the function with the event and a clone of each extractor.
///
/// Each clone names the type as the extraction does, so that the compiler reports a type that is no extractor once.
fn call(trigger: &Trigger<'_>, variables: &[Ident]) -> TokenStream {
    let span = generated_at(trigger.function.span());
    let Trigger { function, output, .. } = trigger;
    let Paths { spawnable, ready, .. } = trigger.paths(span);
    let clones = trigger.extractors.iter().zip(variables).map(|(extractor, variable)| {
        let span = variable.span();
        let Paths { clone, .. } = trigger.paths(span);
        quote_spanned!(span=> <#extractor as #clone>::clone(&#variable))
    });
    let event = trigger.takes_event.then(|| quote_spanned!(span=> __event));
    let arguments = event.into_iter().chain(clones);
    if trigger.is_async {
        quote_spanned!(span=> #spawnable::<#output, _>(#function(#(#arguments),*)))
    } else {
        quote_spanned!(span=> #ready::<#output>(#function(#(#arguments),*)))
    }
}

/// A variable for each extractor, with the span of the parameter's type.
fn extractor_variables(trigger: &Trigger<'_>) -> Vec<Ident> {
    let extractors = (1..).zip(&trigger.extractors);
    extractors.map(|(n, extractor)| format_ident!("__arg{n}", span = generated_at(extractor.span()))).collect()
}
