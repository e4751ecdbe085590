//! Elements of a page by role and name, found again for each use.

use std::fmt;
use std::sync::Arc;

use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use thirtyfour::session::handle::SessionHandle;
use tokio::time::{Instant, sleep};

use crate::axe::check_new_state;
use crate::{DEADLINE, POLL_INTERVAL, Role, accessibility};

/// A reference to elements by role and name. Each use searches the page again, because pages re-render.
#[derive(Clone, Debug)]
pub struct Locator {
    session: Arc<SessionHandle>,
    path: Vec<Query>,
}

#[derive(Clone, Debug)]
struct Query {
    role: Role,
    by: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    Name(String),
    Text(String),
}

impl Locator {
    pub(crate) fn new(session: Arc<SessionHandle>, role: Role, name: &str) -> Self {
        Self {
            session,
            path: vec![Query {
                role,
                by: Matcher::Name(name.to_owned()),
            }],
        }
    }

    pub(crate) fn with_text(session: Arc<SessionHandle>, role: Role, text: &str) -> Self {
        Self {
            session,
            path: vec![Query {
                role,
                by: Matcher::Text(text.to_owned()),
            }],
        }
    }

    /// An element inside this one.
    #[must_use]
    pub fn locate(&self, role: Role, name: &str) -> Self {
        let mut inside = self.clone();
        inside.path.push(Query {
            role,
            by: Matcher::Name(name.to_owned()),
        });
        inside
    }

    /// A button inside this element.
    #[must_use]
    pub fn button(&self, name: &str) -> Self {
        self.locate(Role::Button, name)
    }

    /// Waits until an element is visible, and checks the accessibility of a new state.
    pub async fn appears(&self) {
        self.until("does not appear", async |found| Ok(!found.is_empty()))
            .await;
        check_new_state(&self.session).await;
    }

    /// Waits until no element is visible.
    pub async fn disappears(&self) {
        self.until("does not disappear", async |found| Ok(found.is_empty()))
            .await;
    }

    /// Whether an element is visible at this moment.
    pub async fn is_visible(&self) -> bool {
        self.find_now().await.is_ok_and(|found| !found.is_empty())
    }

    /// Returns how many elements are visible at this moment.
    pub async fn count(&self) -> usize {
        self.find_now().await.map_or(0, |found| found.len())
    }

    /// Clicks the element as soon as it is enabled.
    pub async fn click(&self) {
        self.until("cannot be clicked", async |found| match found.first() {
            Some(element) if element.is_enabled().await? => {
                check_new_state(&self.session).await;
                element.click().await.map(|()| true)
            }
            _ => Ok(false),
        })
        .await;
    }

    /// Presses the mouse button on the element until [`Locator::mouse_up`].
    ///
    /// # Panics
    /// When there is no mouse.
    pub async fn mouse_down(&self) {
        self.until("cannot be pressed", async |found| match found.first() {
            Some(element) => {
                let actions = self.session.action_chain();
                actions.click_and_hold_element(element).perform().await?;
                Ok(true)
            }
            None => Ok(false),
        })
        .await;
    }

    /// Releases the mouse button where the pointer is.
    ///
    /// # Panics
    /// When there is no mouse.
    pub async fn mouse_up(&self) {
        let actions = self.session.action_chain();
        let released = actions.release().perform().await;
        released.expect("the mouse button is released");
    }

    /// Replaces the text of the field.
    pub async fn fill(&self, text: &str) {
        self.until("cannot be filled", async |found| match found.first() {
            Some(element) => {
                element.clear().await?;
                element.send_keys(text).await?;
                Ok(true)
            }
            None => Ok(false),
        })
        .await;
    }

    /// Ticks the checkbox, unless it is ticked.
    pub async fn tick(&self) {
        self.until("cannot be ticked", async |found| match found.first() {
            Some(element) => {
                if !element.is_selected().await? {
                    element.click().await?;
                }
                element.is_selected().await
            }
            None => Ok(false),
        })
        .await;
    }

    /// Waits until the element contains this text.
    pub async fn says(&self, text: &str) {
        self.until(
            &format!("does not contain “{text}”"),
            async |found| match found.first() {
                Some(element) => Ok(element.text().await?.contains(text)),
                None => Ok(false),
            },
        )
        .await;
    }

    /// Returns the text of the element, once it is visible.
    pub async fn text(&self) -> String {
        self.appears().await;
        match self.find().await.as_deref() {
            Ok([element, ..]) => element.text().await.unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// Polls until `done` returns true. Errors are retried: the page may be rendering.
    async fn until(
        &self,
        complaint: &str,
        done: impl AsyncFn(&[WebElement]) -> WebDriverResult<bool>,
    ) {
        let start = Instant::now();
        loop {
            let last = match self.find().await {
                Ok(found) => match done(&found).await {
                    Ok(true) => return,
                    Ok(false) => format!("{} found", found.len()),
                    Err(error) => error.to_string(),
                },
                Err(error) => error.to_string(),
            };
            if start.elapsed() > DEADLINE {
                panic!(
                    "{self} {complaint} ({last}); the page says:\n{}",
                    self.page_text().await
                );
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Searches once, and again if the page re-renders during the search.
    async fn find_now(&self) -> WebDriverResult<Vec<WebElement>> {
        let start = Instant::now();
        loop {
            match self.find().await {
                Err(error)
                    if matches!(*error, WebDriverErrorInner::StaleElementReference(_))
                        && start.elapsed() < DEADLINE => {}
                found => return found,
            }
        }
    }

    async fn find(&self) -> WebDriverResult<Vec<WebElement>> {
        let mut found: Vec<WebElement> = Vec::new();
        for (depth, query) in self.path.iter().enumerate() {
            let css = By::Css(query.role.selector());
            let candidates = match (depth, found.first()) {
                (0, _) => self.session.find_all(css).await?,
                (_, Some(outer)) => outer.find_all(css).await?,
                (_, None) => return Ok(Vec::new()),
            };
            found = Vec::new();
            for candidate in candidates {
                if query.matches(&candidate).await? {
                    found.push(candidate);
                }
            }
        }
        Ok(found)
    }

    async fn page_text(&self) -> String {
        match self.session.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }
}

impl Query {
    async fn matches(&self, element: &WebElement) -> WebDriverResult<bool> {
        let matches = match &self.by {
            Matcher::Name(wanted) => accessibility::name(element).await? == *wanted,
            Matcher::Text(text) => element.text().await?.contains(text),
        };
        Ok(matches
            && self
                .role
                .computed()
                .contains(&accessibility::role(element).await?.as_str())
            && element.is_displayed().await?)
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, Query { role, by }) in self.path.iter().enumerate() {
            let (Matcher::Name(words) | Matcher::Text(words)) = by;
            write!(
                f,
                "{}{role:?} “{words}”",
                if depth > 0 { " ▸ " } else { "" }
            )?;
        }
        Ok(())
    }
}
