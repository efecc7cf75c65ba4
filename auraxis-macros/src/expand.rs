//! Writing a trigger out. Nothing can go wrong here.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::{Type, spanned::Spanned};

use crate::{
    event::Event,
    model::{self, Argument, Call, Trigger},
    paths::Paths,
    tokens::glue,
};

/// The item that stands below the function.
pub(crate) fn registration(trigger: &Trigger<'_>) -> TokenStream {
    let Trigger { event, sources, calls, name, attributes, .. } = trigger;
    let sources = sources.iter().map(source);
    let calls = calls.iter().chain([name]).map(|call| builder_call(trigger, call));
    let start = start(event, trigger);
    let action = action(trigger);
    let function = model::name(trigger.function);

    let here = Span::mixed_site();
    let Paths { trigger: built, submit, registration, module_path, file, line, .. } = trigger.paths(here);
    // An item is visible to the user's expressions whatever its span, and a constant of the user's would make a pattern
    // of a variable of ours: hence names that nobody gives.
    quote_spanned! {here=>
        #(#attributes)*
        const _: () = {
            fn __build() -> #built {
                #start
                    #(#sources)*
                    #(#calls)*
                    .__action(#action)
            }
            #submit! {
                #registration::new(#function, #module_path!(), #file!(), #line!(), __build)
            }
        };
    }
}

/// The builder, located at the parameter's type, for that is what may not do.
fn start(event: &Type, trigger: &Trigger<'_>) -> TokenStream {
    let at = glue(event.span());
    let Paths { builder_for, first, .. } = trigger.paths(at);
    quote_spanned!(at=> #builder_for(#first::<#event>::NEW.__kind()))
}

fn source(event: &Event) -> TokenStream {
    let at = glue(event.span());
    match event {
        Event::Type(event) => quote_spanned!(at=> .on::<#event>()),
        Event::Selector { event, selector } => quote_spanned!(at=> .on_selector::<#event>(#selector)),
        Event::Name(name) => quote_spanned!(at=> .on_named(#name)),
    }
}

fn builder_call(trigger: &Trigger<'_>, Call { method, argument }: &Call) -> TokenStream {
    let at = glue(method.span());
    match argument {
        Argument::Nothing => quote_spanned!(at=> .#method()),
        Argument::Value(value) => quote_spanned!(at=> .#method(#value)),
        Argument::Policy(policy) => {
            let Paths { overflow_policy, .. } = trigger.paths(glue(policy.span()));
            quote_spanned!(at=> .#method(#overflow_policy::#policy))
        }
    }
}

/// What happens once, when the trigger is added, and inside it what happens with each event.
fn action(trigger: &Trigger<'_>) -> TokenStream {
    let here = Span::mixed_site();
    let Paths { ok, .. } = trigger.paths(here);
    let context =
        if trigger.extractors.is_empty() { quote_spanned!(here=> _) } else { quote_spanned!(here=> __context) };
    let kept = numbered(trigger);
    let extracted = trigger.extractors.iter().zip(&kept).map(|(extractor, kept)| {
        let at = kept.span();
        let Paths { extract, .. } = trigger.paths(at);
        quote_spanned!(at=> let #kept = #extract::<#extractor>(__context)?;)
    });
    let call = call(trigger, &kept);
    quote_spanned! {here=>
        |#context| {
            #(#extracted)*
            #ok(move |__event| { #call })
        }
    }
}

/// The call of the function, with a copy of everything that is kept for it.
///
/// Each copy names its type, as its extraction does: of a type that is no extractor, the compiler complains once.
fn call(trigger: &Trigger<'_>, kept: &[Ident]) -> TokenStream {
    let at = glue(trigger.function.span());
    let Trigger { function, output, .. } = trigger;
    let Paths { spawnable, ready, .. } = trigger.paths(at);
    let clones = trigger.extractors.iter().zip(kept).map(|(extractor, kept)| {
        let at = kept.span();
        let Paths { clone, .. } = trigger.paths(at);
        quote_spanned!(at=> <#extractor as #clone>::clone(&#kept))
    });
    if trigger.is_async {
        quote_spanned!(at=> #spawnable::<#output, _>(#function(__event #(, #clones)*)))
    } else {
        quote_spanned!(at=> #ready::<#output>(#function(__event #(, #clones)*)))
    }
}

/// A variable for each extractor, located at the parameter's type.
fn numbered(trigger: &Trigger<'_>) -> Vec<Ident> {
    let extractors = (1..).zip(&trigger.extractors);
    extractors.map(|(n, extractor)| format_ident!("__a{n}", span = glue(extractor.span()))).collect()
}
