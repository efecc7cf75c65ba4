//! What the attribute stands in.
//!
//! A macro is not told, and what it generates for a free function makes no sense among associated ones. So it looks into
//! the source file. Where there is none, as in most editors, the compiler finds words of its own.

use std::{fmt, fs};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// What holds functions that are not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    Impl,
    Trait,
    ExternBlock,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Impl => "`impl`",
            Self::Trait => "trait",
            Self::ExternBlock => "`extern` block",
        })
    }
}

/// What holds the attribute, if not a module or a block.
pub(crate) fn holder(attribute: proc_macro::Span) -> Option<Holder> {
    // Most triggers stand at the margin, where they cost nothing.
    if attribute.column() == 1 {
        return None;
    }
    let source = fs::read_to_string(attribute.local_file()?).ok()?;
    holder_at(&source, attribute.line(), attribute.column())
}

/// A word that stands in no program, for the place to be found again among tokens.
const HERE: &str = "__auraxis_here";

/// What holds the token in this line and column, which are counted from 1.
pub(crate) fn holder_at(source: &str, line: usize, column: usize) -> Option<Holder> {
    let line = source.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
    let (before, after) = source.split_at_checked(line + column.checked_sub(1)?)?;
    let tokens = format!("{before} {HERE} {after}").parse().ok()?;
    match search(tokens) {
        Search::Found(holder) => holder,
        Search::Here | Search::Elsewhere => None,
    }
}

enum Search {
    Elsewhere,
    /// Among these tokens, or in brackets among them.
    Here,
    /// In braces, which belong to this.
    Found(Option<Holder>),
}

fn search(tokens: TokenStream) -> Search {
    // What comes before braces says what they are.
    let mut header = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(word) if word == HERE => return Search::Here,
            TokenTree::Ident(word) => header.push(word.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == ';' => header.clear(),
            TokenTree::Group(group) => match (search(group.stream()), is_braces(&group)) {
                (Search::Elsewhere, true) => header.clear(),
                (Search::Elsewhere, false) => {}
                (Search::Here, true) => return Search::Found(holder_with(&header)),
                (found, _) => return found,
            },
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    Search::Elsewhere
}

fn is_braces(group: &Group) -> bool {
    group.delimiter() == Delimiter::Brace
}

fn holder_with(header: &[String]) -> Option<Holder> {
    let keyword = header.iter().find_map(|word| match word.as_str() {
        "fn" => Some(None),
        "impl" => Some(Some(Holder::Impl)),
        "trait" => Some(Some(Holder::Trait)),
        _ => None,
    });
    keyword.unwrap_or_else(|| header.iter().any(|word| word == "extern").then_some(Holder::ExternBlock))
}
