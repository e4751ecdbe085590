//! The logo of an institution.

use connect_api::Item;
use leptos::prelude::*;

/// The initial of an institution's name on its colour.
#[component]
pub fn InstitutionLogo(
    /// The Item at the institution.
    item: ArcRwSignal<Item>,
) -> impl IntoView {
    let initial: String =
        item.with_untracked(|item| item.institution_name.chars().take(1).collect());
    let color: Box<dyn FnMut() -> String + Send> = Box::new(move || item.with(color));
    view! { <span class="item-logo" aria-hidden="true" style:background-color=color>{initial}</span> }
}

/// Returns the institution's colour; empty while it is unknown.
fn color(item: &Item) -> String {
    let color = item.institution_color.as_ref();
    let color = color.filter(|color| is_color(color));
    color.cloned().unwrap_or_default()
}

/// Whether a text is `#rrggbb`. No other text from outside becomes a style.
fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_hexadecimal_digits_are_a_color() {
        for (text, expected) in [
            ("#004966", true),
            ("#00496", false),
            ("red", false),
            ("#00496g", false),
            ("#fff;x", false),
            ("url(evil)", false),
        ] {
            assert_eq!(is_color(text), expected, "{text}");
        }
    }
}
