//! Rules on the function.

use syn::{FnArg, Safety};

use crate::{
    errors::Errors,
    function::{Function, is_main},
    tokens::{display, impl_keyword},
};

pub(super) const RULES: &[fn(&Function, &mut Errors)] = &[
    not_generic,
    not_const,
    not_unsafe,
    not_extern,
    not_variadic,
    no_conflicting_attributes,
    no_impl_trait,
    no_conditional_parameters,
];

fn not_generic(function: &Function, errors: &mut Errors) {
    let generics = &function.signature.generics;
    if !generics.params.is_empty() && function.generic_event().is_none() {
        errors.at(
            generics,
            "a trigger cannot be generic: it is registered before `main`",
            "use concrete types; only the event can be generic, as a plain `E`, as in `fn log<E: AboutCharacter>(event: E)`",
        );
    }
}

fn not_const(function: &Function, errors: &mut Errors) {
    if let Some(keyword) = &function.signature.constness {
        errors.at(keyword, "a trigger cannot be a `const fn`: it is called at run time", "remove `const`");
    }
}

fn not_unsafe(function: &Function, errors: &mut Errors) {
    if let Safety::Unsafe(keyword) = &function.signature.safety {
        errors.at(
            keyword,
            "a trigger cannot be an `unsafe fn`: auraxis cannot uphold its safety requirements",
            "remove `unsafe`",
        );
    }
}

fn not_extern(function: &Function, errors: &mut Errors) {
    if let Some(abi) = &function.signature.abi {
        errors.at(
            abi,
            "a trigger cannot be an `extern fn`: it is called from Rust",
            format!("remove `{}`", display(abi)),
        );
    }
}

fn not_variadic(function: &Function, errors: &mut Errors) {
    if let Some(variadic) = &function.signature.variadic {
        errors.at(variadic.dots, "a trigger cannot be variadic: it is called from Rust", "list all parameters");
    }
}

fn no_conflicting_attributes(function: &Function, errors: &mut Errors) {
    for attribute in function.conflicting_attributes() {
        if is_main(attribute) {
            let path = display(attribute.path());
            errors.at(
                attribute,
                format!("`#[{path}]` cannot be used on a trigger: triggers already run in a Tokio runtime"),
                format!("remove `#[{path}]`"),
            );
        } else {
            errors.at(
                attribute,
                "a test cannot be a trigger",
                "remove this attribute, and call the trigger from a test",
            );
        }
    }
}

fn no_impl_trait(function: &Function, errors: &mut Errors) {
    for keyword in function.parameters().filter_map(impl_keyword) {
        errors.at(keyword, "`impl Trait` is not allowed in the parameters of a trigger", "write a concrete type");
    }
}

/// The generated call cannot omit an argument under the same `#[cfg]`.
fn no_conditional_parameters(function: &Function, errors: &mut Errors) {
    for parameter in &function.signature.inputs {
        let (FnArg::Typed(syn::PatType { attrs, .. }) | FnArg::Receiver(syn::Receiver { attrs, .. })) = parameter;
        for attribute in attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")) {
            errors.at(
                attribute,
                "`#[cfg]` is not allowed on the parameters of a trigger",
                "move the `#[cfg]` to the function",
            );
        }
    }
}
