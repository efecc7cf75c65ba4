//! Rules on the function.

use syn::{FnArg, Safety, Type};

use crate::{
    errors::Errors,
    function::{Function, is_main},
    tokens::{bare_type, impl_keyword, shown},
};

pub(super) const RULES: [fn(&Function, &mut Errors); 9] = [
    not_generic,
    not_const,
    not_unsafe,
    not_extern,
    not_variadic,
    not_remade,
    owns_its_event,
    parameters_have_plain_types,
    parameters_are_always_there,
];

fn not_generic(function: &Function, errors: &mut Errors) {
    let generics = &function.signature.generics;
    if !generics.params.is_empty() {
        errors.at(generics, "a trigger cannot be generic: it is registered before `main`");
    }
}

fn not_const(function: &Function, errors: &mut Errors) {
    if let Some(keyword) = &function.signature.constness {
        errors.at(keyword, "a trigger cannot be `const`: it is called at run time");
    }
}

fn not_unsafe(function: &Function, errors: &mut Errors) {
    if let Safety::Unsafe(keyword) = &function.signature.safety {
        errors.at(keyword, "a trigger cannot be `unsafe`: auraxis calls it and can promise nothing");
    }
}

fn not_extern(function: &Function, errors: &mut Errors) {
    if let Some(abi) = &function.signature.abi {
        errors.at(abi, "a trigger cannot be `extern`: it is called from Rust");
    }
}

fn not_variadic(function: &Function, errors: &mut Errors) {
    if let Some(variadic) = &function.signature.variadic {
        errors.at(variadic.dots, "a trigger cannot be variadic: write out its parameters");
    }
}

fn not_remade(function: &Function, errors: &mut Errors) {
    for attribute in function.remaking_attributes() {
        if is_main(attribute) {
            errors.at(attribute, "a trigger runs in the runtime of auraxis: remove this attribute");
        } else {
            errors.at(attribute, "a test cannot be a trigger: remove this attribute, and call the trigger in a test");
        }
    }
}

fn owns_its_event(function: &Function, errors: &mut Errors) {
    if let Ok(event) = function.event()
        && let Type::Reference(reference) = bare_type(event)
    {
        errors.at(reference, format!("a trigger owns its event: write `{}`", shown(&reference.elem)));
    }
}

fn parameters_have_plain_types(function: &Function, errors: &mut Errors) {
    for keyword in function.parameters().filter_map(impl_keyword) {
        errors.at(keyword, "`impl` cannot stand in a trigger's parameter: write the type itself");
    }
}

/// A call cannot leave an argument out under the same condition.
fn parameters_are_always_there(function: &Function, errors: &mut Errors) {
    for parameter in &function.signature.inputs {
        let (FnArg::Typed(syn::PatType { attrs, .. }) | FnArg::Receiver(syn::Receiver { attrs, .. })) = parameter;
        for attribute in attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")) {
            errors.at(attribute, "a trigger's parameters cannot come and go: put the `#[cfg]` on the function");
        }
    }
}
