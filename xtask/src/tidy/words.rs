//! Words and phrases that this repository does not use, because plain technical English has better ones.

use std::path::Path;

use super::{assert_none, files, read};

/// This file, which is not checked.
const LIST: &str = "xtask/src/tidy/words.rs";

/// Each phrase, and what to write instead. `_` in a name counts as a space.
const BANNED: [(&str, &str); 24] = [
    ("anew", "again, new"),
    ("are told", "are notified, receive"),
    ("by way of", "through, with"),
    ("came to nobody", "orphaned"),
    ("comes to nobody", "orphaned"),
    ("go on", "continue"),
    ("goes on", "continues"),
    ("in the hands of", "owned by"),
    ("is told", "is notified, receives"),
    ("leads nowhere", "has expired, is invalid"),
    ("so long", "the duration itself"),
    ("so many", "the number itself"),
    ("so often", "the number itself"),
    ("speaks sql", "runs SQL"),
    ("tells of", "reports, announces"),
    ("the house", "the repository"),
    ("their way to the disk", "group commit"),
    ("told of", "notified of"),
    ("was told", "was notified, received"),
    ("way back", "return"),
    ("were told", "were notified, received"),
    ("what nobody knows", "unknown values"),
    ("whoever", "anyone who, the caller, the user"),
    ("worth nothing", "expired, invalid"),
];

/// The words after which a phrase is ordinary English: "so long as it is open".
const CONTINUATIONS: [&str; 2] = ["as", "that"];

#[test]
fn tidy_files_are_in_plain_english() {
    let mut findings = Vec::new();
    for path in ["css", "html", "js", "jsx", "md", "rs", "toml"]
        .iter()
        .flat_map(|extension| files(extension))
        .filter(|path| path != Path::new(LIST))
    {
        findings.extend(
            banned(&read(&path))
                .into_iter()
                .map(|(line, phrase, instead)| {
                    format!("{}:{line}: `{phrase}`; say: {instead}", path.display())
                }),
        );
    }
    assert_none(&findings);
}

/// The banned phrases in a text, each with its line and its replacement.
fn banned(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let words = words(text);
    let mut found = Vec::new();
    for at in 0..words.len() {
        for (phrase, instead) in BANNED {
            let mut here = words[at..].iter().map(|(_, word)| word.as_str());
            let is_here = phrase.split(' ').all(|word| here.next() == Some(word));
            let is_ordinary = phrase.starts_with("so ")
                && here
                    .next()
                    .is_some_and(|next| CONTINUATIONS.contains(&next));
            if is_here && !is_ordinary {
                found.push((words[at].0, phrase, instead));
            }
        }
    }
    found
}

/// The words of a text in small letters, each with its line. Punctuation that ends a phrase is a word of its own.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.trim_start_matches([' ', '/', '!', '#', '*']);
        let mut word = String::new();
        // The end of a line is a space.
        for c in content.chars().chain([' ']) {
            if c.is_alphanumeric() || c == '\'' {
                word.extend(c.to_lowercase());
                continue;
            }
            if !word.is_empty() {
                words.push((line, std::mem::take(&mut word)));
            }
            if !c.is_whitespace() && c != '_' && c != '*' {
                words.push((line, c.to_string()));
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, &'static str)> {
        let found = banned(text).into_iter();
        found.map(|(line, phrase, _)| (line, phrase)).collect()
    }

    #[test]
    fn a_banned_phrase_is_found_with_its_line() {
        for (text, expected) in [
            ("Reads it anew.", (1, "anew")),
            ("first\n// Whoever asks", (2, "whoever")),
            ("fn the_page_is_told() {}", (1, "is told")),
            (
                "/// An Item that came\n    /// to nobody.",
                (1, "came to nobody"),
            ),
            ("It waits *so long*.", (1, "so long")),
        ] {
            assert_eq!(found(text), [expected], "{text}");
        }
    }

    #[test]
    fn ordinary_english_is_not_found() {
        for text in [
            "as long as it is open",
            "so long as it is open",
            "so many that none is left",
            "It goes. On the other hand",
            "renewed",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn no_phrase_is_listed_twice() {
        assert!(BANNED.is_sorted_by(|(one, _), (other, _)| one < other));
    }
}
