//! A lexer for Rust source, exact enough to find paths and string literals.

/// A token. Comments, lifetimes and character literals are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// An identifier, a keyword or a number.
    Word(&'a str),
    /// A string literal's content as it is written, escapes included.
    Text(&'a str),
    /// Any other character.
    Sign(char),
}

/// The tokens of a Rust file.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (token, length) = if rest.starts_with("//") {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (None, block_comment(rest))
        } else if let Some((text, length)) = string(rest) {
            (Some(Token::Text(text)), length)
        } else if first == '\'' {
            (None, character_or_lifetime(rest))
        } else if is_word(first) {
            let word = word(rest);
            (Some(Token::Word(word)), word.len())
        } else if first.is_whitespace() {
            (None, first.len_utf8())
        } else {
            (Some(Token::Sign(first)), first.len_utf8())
        };
        tokens.extend(token);
        rest = &rest[length..];
    }
    tokens
}

/// The word that `text` begins with. A raw identifier, `r#mod`, becomes two words and a sign.
fn word(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a block comment, which may hold others.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The content of the string literal that `text` begins with, raw or not, and the literal's length.
fn string(text: &str) -> Option<(&str, usize)> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|t| t.starts_with(['"', '#']))
    })?;
    let after = &text[prefix.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let content = after[hashes..].strip_prefix('"')?;
    let start = text.len() - content.len();
    let end = if prefix.ends_with('r') {
        content.find(&format!("\"{}", "#".repeat(hashes)))?
    } else if hashes == 0 {
        unescaped_quote(content)?
    } else {
        return None;
    };
    Some((&content[..end], start + end + 1 + hashes))
}

fn unescaped_quote(content: &str) -> Option<usize> {
    let mut is_escaped = false;
    content.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends.then_some(at)
    })
}

/// The length of `'a'`, `'\n'` or the lifetime `'a`.
fn character_or_lifetime(text: &str) -> usize {
    let content = &text[1..];
    let first = content.chars().next().map_or(0, char::len_utf8);
    if let Some(escaped) = content.strip_prefix('\\') {
        // The escaped character may itself be a quote.
        let quote = escaped.char_indices().skip(1).find(|(_, c)| *c == '\'');
        return 1 + 1 + quote.map_or(escaped.len(), |(at, _)| at + 1);
    }
    if content[first..].starts_with('\'') {
        return 1 + first + 1;
    }
    1 + content.find(|c| !is_word(c)).unwrap_or(content.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<&str> {
        let tokens = tokens(source).into_iter();
        tokens
            .filter_map(|token| match token {
                Token::Word(word) => Some(word),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn comments_hold_no_words() {
        assert_eq!(
            words("a // b\nc /* d /* e */ f */ g //! h"),
            ["a", "c", "g"]
        );
    }

    #[test]
    fn strings_hold_no_words() {
        for source in [
            r#"a "b" c"#,
            r#"a "b \" b" c"#,
            r#"a "b \\" c"#,
            r##"a r#"b " b"# c"##,
            r#"a br"b\" c"#,
            "a \"// b\" c",
        ] {
            assert_eq!(words(source), ["a", "c"], "{source}");
        }
    }

    #[test]
    fn characters_and_lifetimes_hold_no_words() {
        for source in [
            "a '\"' c",
            r"a '\'' c",
            r"a '\u{1F600}' c",
            "a 'é' c",
            "a <'b> c",
            "a &'b c",
        ] {
            assert_eq!(words(source), ["a", "c"], "{source}");
        }
    }

    #[test]
    fn a_word_may_begin_like_a_string() {
        assert_eq!(words("r#box r radio br"), ["r", "box", "r", "radio", "br"]);
    }

    #[test]
    fn the_content_of_a_string_is_a_token() {
        assert_eq!(
            tokens(r##"f("x", r#"y"#)"##),
            [
                Token::Word("f"),
                Token::Sign('('),
                Token::Text("x"),
                Token::Sign(','),
                Token::Text("y"),
                Token::Sign(')'),
            ]
        );
    }
}
