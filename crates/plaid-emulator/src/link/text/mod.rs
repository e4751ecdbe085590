//! The texts of the panes, in English, Spanish and French.

mod en;
mod es;
mod fr;
mod texts;

pub(crate) use self::texts::Text;

impl Text {
    /// Returns the texts in this language, or in English if there are none.
    pub(crate) fn in_language(language: &str) -> &'static Self {
        match language {
            "es" => &es::TEXT,
            "fr" => &fr::TEXT,
            _ => &en::TEXT,
        }
    }
}

/// Replaces the `{}` of a text with a name.
pub(crate) fn fill(text: &str, name: &str) -> String {
    text.replacen("{}", name, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_texts_is_english() {
        for (language, expected) in [
            ("en", "en"),
            ("es", "es"),
            ("fr", "fr"),
            ("vi", "en"),
            ("", "en"),
        ] {
            assert_eq!(Text::in_language(language).lang, expected, "{language}");
        }
    }

    #[test]
    fn a_name_is_inserted_once_and_unchanged() {
        assert_eq!(fill("Sign in to {}", "{} & Sons"), "Sign in to {} & Sons");
    }
}
