//! Every path that the expansion names.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;

/// Paths located at one place, so that what the compiler says about them is shown there.
pub(crate) struct Paths {
    pub(crate) trigger: TokenStream,
    pub(crate) overflow_policy: TokenStream,

    pub(crate) builder_for: TokenStream,
    pub(crate) first: TokenStream,
    pub(crate) extract: TokenStream,
    pub(crate) spawnable: TokenStream,
    pub(crate) ready: TokenStream,
    pub(crate) registration: TokenStream,
    pub(crate) submit: TokenStream,

    pub(crate) clone: TokenStream,
    pub(crate) ok: TokenStream,
    pub(crate) module_path: TokenStream,
    pub(crate) file: TokenStream,
    pub(crate) line: TokenStream,
}

impl Paths {
    /// The paths below `root`, which is `::auraxis` if users do not say otherwise.
    pub(crate) fn new(root: Option<&Path>, at: Span) -> Self {
        let root = root.map_or_else(|| quote_spanned!(at=> ::auraxis), |root| quote!(#root));
        let private = quote_spanned!(at=> #root::__private);
        Self {
            trigger: quote_spanned!(at=> #root::Trigger),
            overflow_policy: quote_spanned!(at=> #root::OverflowPolicy),

            builder_for: quote_spanned!(at=> #private::builder_for),
            first: quote_spanned!(at=> #private::FirstParameter),
            extract: quote_spanned!(at=> #private::extract),
            spawnable: quote_spanned!(at=> #private::spawnable),
            ready: quote_spanned!(at=> #private::ready),
            registration: quote_spanned!(at=> #private::Registration),
            submit: quote_spanned!(at=> #private::inventory::submit),

            clone: quote_spanned!(at=> ::core::clone::Clone),
            ok: quote_spanned!(at=> ::core::result::Result::Ok),
            module_path: quote_spanned!(at=> ::core::module_path),
            file: quote_spanned!(at=> ::core::file),
            line: quote_spanned!(at=> ::core::line),
        }
    }
}

/// `bool`, whatever has that name where the user is.
pub(crate) fn bool(at: Span) -> TokenStream {
    quote_spanned!(at=> ::core::primitive::bool)
}
