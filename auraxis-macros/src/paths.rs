//! The paths in the expansion.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;

/// The paths, all with the same span, which is where the compiler reports errors about them.
pub(crate) struct Paths {
    pub(crate) trigger: TokenStream,
    pub(crate) overflow_policy: TokenStream,
    pub(crate) handler_error: TokenStream,
    pub(crate) tick: TokenStream,
    pub(crate) event: TokenStream,

    pub(crate) builder_for: TokenStream,
    pub(crate) first: TokenStream,
    pub(crate) extract: TokenStream,
    pub(crate) downcast: TokenStream,
    pub(crate) spawnable: TokenStream,
    pub(crate) ready: TokenStream,
    pub(crate) registration: TokenStream,
    pub(crate) submit: TokenStream,

    pub(crate) clone: TokenStream,
    pub(crate) duration: TokenStream,
    pub(crate) ok: TokenStream,
    pub(crate) err: TokenStream,
    pub(crate) module_path: TokenStream,
    pub(crate) file: TokenStream,
    pub(crate) line: TokenStream,
}

impl Paths {
    /// Creates the paths below `root`, or below `::auraxis` if it is `None`.
    pub(crate) fn new(root: Option<&Path>, span: Span) -> Self {
        let root = root.map_or_else(|| quote_spanned!(span=> ::auraxis), |root| quote!(#root));
        let private = quote_spanned!(span=> #root::__private);
        Self {
            trigger: quote_spanned!(span=> #root::Trigger),
            overflow_policy: quote_spanned!(span=> #root::OverflowPolicy),
            handler_error: quote_spanned!(span=> #root::HandlerError),
            tick: quote_spanned!(span=> #root::Tick),
            event: quote_spanned!(span=> #root::event::Event),

            builder_for: quote_spanned!(span=> #private::builder_for),
            first: quote_spanned!(span=> #private::FirstParameter),
            extract: quote_spanned!(span=> #private::extract),
            downcast: quote_spanned!(span=> #private::downcast),
            spawnable: quote_spanned!(span=> #private::spawnable),
            ready: quote_spanned!(span=> #private::ready),
            registration: quote_spanned!(span=> #private::Registration),
            submit: quote_spanned!(span=> #private::inventory::submit),

            clone: quote_spanned!(span=> ::core::clone::Clone),
            duration: quote_spanned!(span=> ::core::time::Duration),
            ok: quote_spanned!(span=> ::core::result::Result::Ok),
            err: quote_spanned!(span=> ::core::result::Result::Err),
            module_path: quote_spanned!(span=> ::core::module_path),
            file: quote_spanned!(span=> ::core::file),
            line: quote_spanned!(span=> ::core::line),
        }
    }
}

/// The primitive `bool`, even if another type has this name in the user's scope.
pub(crate) fn bool(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::primitive::bool)
}
