//! `#[derive(CustomEvent)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Path};

use crate::errors::error;

/// Returns the implementation of `CustomEvent`, or the error.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    expanded(input).unwrap_or_else(syn::Error::into_compile_error)
}

fn expanded(input: TokenStream) -> syn::Result<TokenStream> {
    let DeriveInput { ident, generics, attrs, .. } = syn::parse2(input)?;
    let mut root = quote!(::auraxis);
    for attribute in attrs.iter().filter(|attribute| attribute.path().is_ident("custom_event")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(error(meta.path, "unknown option", "write `#[custom_event(crate = my_bot::auraxis)]`"));
            }
            let path: Path = meta.value()?.parse()?;
            root = quote!(#path);
            Ok(())
        })?;
    }
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    Ok(quote_spanned! {ident.span()=>
        impl #impl_generics #root::event::CustomEvent for #ident #ty_generics #where_clause {}
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: TokenStream) -> String {
        expand(input).to_string()
    }

    #[test]
    fn the_trait_is_implemented() {
        let expansion = text(quote!(
            struct KillingSpree {
                kills: u32,
            }
        ));
        assert_eq!(expansion, quote!(impl ::auraxis::event::CustomEvent for KillingSpree {}).to_string());
        let expansion = text(quote! {
            #[custom_event(crate = bot::auraxis)]
            enum Of<T: Clone> where T: Send { This(T) }
        });
        let expected = quote!(
            impl<T: Clone> bot::auraxis::event::CustomEvent for Of<T> where T: Send {}
        );
        assert_eq!(expansion, expected.to_string());
        assert!(
            text(quote!(
                #[custom_event(path = bot)]
                struct A;
            ))
            .contains("unknown option")
        );
    }
}
