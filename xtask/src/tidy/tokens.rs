//! The tokens of a Rust file.

use proc_macro2::{TokenStream, TokenTree};

/// The tokens of a file or a macro in their order, without the brackets around groups.
pub(super) fn leaves(tokens: TokenStream) -> Vec<TokenTree> {
    let mut leaves = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => leaves.extend(self::leaves(group.stream())),
            token => leaves.push(token),
        }
    }
    leaves
}

/// The tokens of a source.
pub(super) fn tokens(source: &str) -> Vec<TokenTree> {
    leaves(source.parse().expect("Rust that compiles"))
}

/// The content of a string.
pub(super) fn text(token: &TokenTree) -> Option<String> {
    match syn::parse2(token.clone().into()) {
        Ok(syn::Lit::Str(text)) => Some(text.value()),
        _ => None,
    }
}
