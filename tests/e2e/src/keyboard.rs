use serde_json::json;
use thirtyfour::prelude::*;

use crate::Browser;

/// A key that does something by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Presses what has the focus, and sends forms off.
    Enter,
    /// Takes back.
    Escape,
    /// Presses buttons, ticks checkboxes.
    Space,
    /// Moves the focus on.
    Tab,
}

impl Key {
    /// Its name, its code, and the text that it types.
    fn definition(self) -> (&'static str, u8, &'static str) {
        match self {
            Self::Enter => ("Enter", 13, "\r"),
            Self::Escape => ("Escape", 27, ""),
            Self::Space => (" ", 32, " "),
            Self::Tab => ("Tab", 9, ""),
        }
    }
}

/// More things than any page of ours lets the focus walk over.
const FAR: usize = 60;

impl Browser {
    /// Presses and lets go of a key, wherever the focus is, in a frame as well.
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

    /// Types a text, wherever the focus is.
    pub async fn type_text(&self, text: &str) {
        self.command("Input.insertText", json!({ "text": text }))
            .await;
    }

    /// Walks with Tab until the focus is on what is named so, in the page or the frame that is looked at.
    ///
    /// # Panics
    /// When the focus does not get there.
    pub async fn tab_to(&self, name: &str) {
        let mut passed = Vec::new();
        while passed.len() < FAR {
            self.press(Key::Tab).await;
            let focused = self.focused().await;
            if focused == name {
                return;
            }
            passed.push(focused);
        }
        panic!("the focus never comes to {name:?}; it passed {passed:?}");
    }

    /// The name of what has the focus in the page or the frame that is looked at; empty if nothing has.
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
        crate::locator::name(element).await.unwrap_or_default()
    }
}
