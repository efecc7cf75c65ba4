//! Detects triggers in an `impl`, a trait or an `extern` block.
//!
//! The compiler does not tell a macro where its item is, and the generated `const _` is not allowed in these blocks, so
//! the source file is searched. Most editors provide no file; the compiler then reports the `const _` itself.

use std::{fmt, fs};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A block whose functions are not free functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnclosingBlock {
    Impl,
    Trait,
    Extern,
}

impl fmt::Display for EnclosingBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Impl => "`impl` block",
            Self::Trait => "trait",
            Self::Extern => "`extern` block",
        })
    }
}

/// The block that contains the attribute, or `None` if it is in a module or in a function.
pub(crate) fn find(attribute: proc_macro::Span) -> Option<EnclosingBlock> {
    // An attribute in the first column is hardly ever in a block, so the file is not read.
    if attribute.column() == 1 {
        return None;
    }
    let source = fs::read_to_string(attribute.local_file()?).ok()?;
    find_at(&source, attribute.line(), attribute.column())
}

/// A word that occurs in no program. It marks the position in the token stream.
const MARKER: &str = "__auraxis_here";

/// The block that contains the token at this line and column, both counted from 1.
pub(crate) fn find_at(source: &str, line: usize, column: usize) -> Option<EnclosingBlock> {
    let line = source.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
    let (before, after) = source.split_at_checked(line + column.checked_sub(1)?)?;
    let tokens = format!("{before} {MARKER} {after}").parse().ok()?;
    match search(tokens) {
        Search::InBraces(block) => block,
        Search::Outside | Search::NotFound => None,
    }
}

enum Search {
    NotFound,
    /// The marker is among these tokens, outside of any braces.
    Outside,
    /// The marker is in braces, which belong to this block.
    InBraces(Option<EnclosingBlock>),
}

fn search(tokens: TokenStream) -> Search {
    // The words before the braces.
    let mut header = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(word) if word == MARKER => return Search::Outside,
            TokenTree::Ident(word) => header.push(word.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == ';' => header.clear(),
            TokenTree::Group(group) => match (search(group.stream()), is_braces(&group)) {
                (Search::NotFound, true) => header.clear(),
                (Search::NotFound, false) => {}
                (Search::Outside, true) => return Search::InBraces(block_with(&header)),
                (found, _) => return found,
            },
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    Search::NotFound
}

fn is_braces(group: &Group) -> bool {
    group.delimiter() == Delimiter::Brace
}

fn block_with(header: &[String]) -> Option<EnclosingBlock> {
    let keyword = header.iter().find_map(|word| match word.as_str() {
        "fn" => Some(None),
        "impl" => Some(Some(EnclosingBlock::Impl)),
        "trait" => Some(Some(EnclosingBlock::Trait)),
        _ => None,
    });
    keyword.unwrap_or_else(|| header.iter().any(|word| word == "extern").then_some(EnclosingBlock::Extern))
}
