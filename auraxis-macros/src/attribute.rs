//! `#[trigger]` and `#[every]` as functions from tokens to tokens.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Result,
    parse::{ParseStream, Parser},
};

use crate::{
    args::Args, check, enclosing_block::EnclosingBlock, errors::Errors, expand, function::Function, model::Trigger,
    schedule::Schedule,
};

/// An attribute that registers a function.
#[derive(Clone, Copy)]
pub(crate) enum AttributeMacro {
    Trigger,
    Every,
}

impl AttributeMacro {
    const fn name(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Every => "every",
        }
    }

    /// Returns the item, followed by its registration or by the errors.
    pub(crate) fn expand(self, args: TokenStream, item: &TokenStream, block: Option<EnclosingBlock>) -> TokenStream {
        let parser = |input: ParseStream<'_>| Function::below(self.name(), input);
        let function = match parser.parse2(item.clone()) {
            Ok(function) => function,
            Err(error) => {
                let error = error.into_compile_error();
                return quote!(#item #error);
            }
        };
        match self.registration(args, &function, block) {
            Ok(registration) => quote!(#item #registration),
            Err(errors) => {
                let (item, errors) = (function.without_rejected_parts(item), errors.into_compile_error());
                quote!(#item #errors)
            }
        }
    }

    fn registration(
        self,
        args: TokenStream,
        function: &Function,
        block: Option<EnclosingBlock>,
    ) -> Result<TokenStream> {
        let mut errors = Errors::default();
        let (schedule, args) = match self {
            Self::Trigger => (None, Args::parse(args, &mut errors)),
            Self::Every => Schedule::parse(args, &mut errors),
        };
        match self {
            Self::Trigger => check::trigger(&args, function, &mut errors),
            Self::Every => check::periodic(&args, function, &mut errors),
        }
        // A `self` parameter is an error of its own.
        if let Some(block) = block
            && !function.has_receiver()
        {
            let (name, attribute) = (function.name(), self.name());
            errors.at(
                name,
                format!("`#[{attribute}]` can only be applied to a free function"),
                format!("move `{name}` out of the {block}"),
            );
        }
        let trigger = match (self, schedule) {
            (Self::Every, Some(schedule)) => Trigger::on_schedule(schedule, args, function),
            // The missing schedule has been reported.
            (Self::Every, None) => return errors.finish(Ok(TokenStream::new())),
            (Self::Trigger, _) => Trigger::on_events(args, function),
        };
        let trigger = errors.finish(trigger)?;
        Ok(expand::registration(&trigger))
    }
}
