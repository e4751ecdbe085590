//! Keyboard input and the focus.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::{Browser, accessibility};

/// A key that triggers an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Presses the focused element, and submits forms.
    Enter,
    /// Cancels.
    Escape,
    /// Presses buttons, and ticks checkboxes.
    Space,
    /// Moves the focus to the next element.
    Tab,
}

impl Key {
    /// The name, the code, and the text of the key.
    fn definition(self) -> (&'static str, u8, &'static str) {
        match self {
            Self::Enter => ("Enter", 13, "\r"),
            Self::Escape => ("Escape", 27, ""),
            Self::Space => (" ", 32, " "),
            Self::Tab => ("Tab", 9, ""),
        }
    }
}

/// More focusable elements than any page has.
const MAX_TAB_STOPS: usize = 60;

impl Browser {
    /// Presses and releases a key at the focus, also in a frame.
    pub async fn press(&self, key: Key) {
        let (name, code, text) = key.definition();
        for kind in ["keyDown", "keyUp"] {
            let mut event =
                json!({ "type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
            }
            self.command("Input.dispatchKeyEvent", event).await;
        }
    }

    /// Types a text at the focus.
    pub async fn type_text(&self, text: &str) {
        self.command("Input.insertText", json!({ "text": text }))
            .await;
    }

    /// Presses Tab until the element with this name has the focus, in the current page or frame.
    ///
    /// # Panics
    /// When the focus does not reach it.
    pub async fn tab_to(&self, name: &str) {
        let mut passed = Vec::new();
        while passed.len() < MAX_TAB_STOPS {
            self.press(Key::Tab).await;
            let focused = self.focused().await;
            if focused == name {
                return;
            }
            passed.push(focused);
        }
        panic!("the focus does not reach {name:?}; it passed {passed:?}");
    }

    /// Returns the name of the focused element in the current page or frame; empty if there is none.
    pub async fn focused(&self) -> String {
        match self.driver.active_element().await {
            Ok(element) => self.name_of(&element).await,
            Err(_) => String::new(),
        }
    }

    async fn name_of(&self, element: &WebElement) -> String {
        if element.tag_name().await.is_ok_and(|tag| tag == "body") {
            return String::new();
        }
        accessibility::name(element).await.unwrap_or_default()
    }
}
