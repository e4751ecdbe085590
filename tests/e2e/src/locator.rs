use std::fmt;
use std::sync::Arc;

use http::Method;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use thirtyfour::session::handle::SessionHandle;
use thirtyfour::{ElementId, RequestData, SessionId};
use tokio::time::{Instant, sleep};

use crate::looks::look;
use crate::{DEADLINE, LOOK_EVERY};

/// What a thing in a page is, to a screen reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Pressed to do something.
    Button,
    /// Ticked or not.
    Checkbox,
    /// A window over the page.
    Dialog,
    /// Heads what follows.
    Heading,
    /// Leads to another page.
    Link,
    /// Says what happened: an alert or a status.
    Notice,
    /// One of several choices.
    Radio,
    /// A part of the page with a name.
    Region,
    /// A field to search with.
    Searchbox,
    /// A field to type into.
    Textbox,
}

impl Role {
    /// Where to look; what is found must still have the role.
    fn selector(self) -> &'static str {
        match self {
            Self::Button => "button, summary, input[type=submit], [role=button]",
            Self::Checkbox => "input[type=checkbox], [role=checkbox]",
            Self::Dialog => "dialog, [role=dialog], [role=alertdialog]",
            Self::Heading => "h1, h2, h3, h4, h5, h6, [role=heading]",
            Self::Link => "a, [role=link]",
            Self::Notice => "[role=alert], [role=status], output",
            Self::Radio => "input[type=radio], [role=radio]",
            Self::Region => "section, [role=region]",
            Self::Searchbox => "input[type=search], [role=searchbox]",
            Self::Textbox => "input, textarea, [role=textbox]",
        }
    }

    /// The names that browsers give it.
    fn computed(self) -> &'static [&'static str] {
        match self {
            Self::Button => &["button"],
            Self::Checkbox => &["checkbox"],
            Self::Dialog => &["dialog", "alertdialog"],
            Self::Heading => &["heading"],
            Self::Link => &["link"],
            Self::Notice => &["alert", "status"],
            Self::Radio => &["radio"],
            Self::Region => &["region"],
            Self::Searchbox => &["searchbox"],
            Self::Textbox => &["textbox"],
        }
    }
}

/// A way to find a thing in the page, anew each time: pages are drawn again between two looks.
#[derive(Clone, Debug)]
pub struct Locator {
    session: Arc<SessionHandle>,
    path: Vec<Sought>,
}

#[derive(Clone, Debug)]
struct Sought {
    role: Role,
    by: Found,
}

#[derive(Clone, Debug)]
enum Found {
    Name(String),
    Text(String),
}

impl Locator {
    pub(crate) fn new(session: Arc<SessionHandle>, role: Role, name: &str) -> Self {
        Self {
            session,
            path: vec![Sought {
                role,
                by: Found::Name(name.to_owned()),
            }],
        }
    }

    pub(crate) fn saying(session: Arc<SessionHandle>, role: Role, text: &str) -> Self {
        Self {
            session,
            path: vec![Sought {
                role,
                by: Found::Text(text.to_owned()),
            }],
        }
    }

    /// Something inside.
    #[must_use]
    pub fn locate(&self, role: Role, name: &str) -> Self {
        let mut inside = self.clone();
        inside.path.push(Sought {
            role,
            by: Found::Name(name.to_owned()),
        });
        inside
    }

    /// A button inside.
    #[must_use]
    pub fn button(&self, name: &str) -> Self {
        self.locate(Role::Button, name)
    }

    /// Waits until it is there and can be seen, and looks around where no story was before.
    pub async fn appears(&self) {
        self.until("does not appear", async |found| Ok(!found.is_empty()))
            .await;
        look(&self.session).await;
    }

    /// Waits until it is not there, or cannot be seen.
    pub async fn disappears(&self) {
        self.until("does not disappear", async |found| Ok(found.is_empty()))
            .await;
    }

    /// Whether it is there at this moment.
    pub async fn is_there(&self) -> bool {
        self.look().await.is_ok_and(|found| !found.is_empty())
    }

    /// How many there are at this moment.
    pub async fn count(&self) -> usize {
        self.look().await.map_or(0, |found| found.len())
    }

    /// Clicks it, as soon as that can be done.
    pub async fn click(&self) {
        self.until("cannot be clicked", async |found| match found.first() {
            Some(element) if element.is_enabled().await? => {
                look(&self.session).await;
                element.click().await.map(|()| true)
            }
            _ => Ok(false),
        })
        .await;
    }

    /// Holds the mouse on it until [`Locator::let_go`].
    ///
    /// # Panics
    /// When there is no mouse.
    pub async fn press(&self) {
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

    /// Lets the mouse go, wherever it is.
    ///
    /// # Panics
    /// When there is no mouse.
    pub async fn let_go(&self) {
        let actions = self.session.action_chain();
        let released = actions.release().perform().await;
        released.expect("the mouse is let go");
    }

    /// Puts this text in place of what it holds.
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

    /// Ticks it, unless it is ticked.
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

    /// Waits until it says this.
    pub async fn says(&self, text: &str) {
        self.until(
            &format!("does not say “{text}”"),
            async |found| match found.first() {
                Some(element) => Ok(element.text().await?.contains(text)),
                None => Ok(false),
            },
        )
        .await;
    }

    /// Its text, once it is there.
    pub async fn text(&self) -> String {
        self.appears().await;
        match self.find().await.as_deref() {
            Ok([element, ..]) => element.text().await.unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// Looks until `done` says so. A failed look counts as none: the page may just be drawing itself.
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
            sleep(LOOK_EVERY).await;
        }
    }

    /// Looks once, and again while the page draws itself under the look: what is not seen then may be there.
    async fn look(&self) -> WebDriverResult<Vec<WebElement>> {
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
        for (depth, sought) in self.path.iter().enumerate() {
            let css = By::Css(sought.role.selector());
            let candidates = match (depth, found.first()) {
                (0, _) => self.session.find_all(css).await?,
                (_, Some(outer)) => outer.find_all(css).await?,
                (_, None) => return Ok(Vec::new()),
            };
            found = Vec::new();
            for candidate in candidates {
                if sought.is(&candidate).await? {
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

impl Sought {
    async fn is(&self, element: &WebElement) -> WebDriverResult<bool> {
        let matches = match &self.by {
            Found::Name(wanted) => name(element).await? == *wanted,
            Found::Text(text) => element.text().await?.contains(text),
        };
        Ok(matches
            && self
                .role
                .computed()
                .contains(&computed(element, "computedrole").await?.as_str())
            && element.is_displayed().await?)
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, Sought { role, by }) in self.path.iter().enumerate() {
            let (Found::Name(words) | Found::Text(words)) = by;
            write!(
                f,
                "{}{role:?} “{words}”",
                if depth > 0 { " ▸ " } else { "" }
            )?;
        }
        Ok(())
    }
}

/// Asks the browser for an element's role or name, as it tells them to screen readers.
async fn computed(element: &WebElement, property: &'static str) -> WebDriverResult<String> {
    element
        .handle()
        .cmd(Computed {
            element: element.element_id(),
            property,
        })
        .await?
        .value()
}

/// What a screen reader calls it.
pub(crate) async fn name(element: &WebElement) -> WebDriverResult<String> {
    computed(element, "computedlabel").await
}

#[derive(Debug)]
struct Computed {
    element: ElementId,
    property: &'static str,
}

impl FormatRequestData for Computed {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(
            Method::GET,
            format!(
                "session/{session}/element/{}/{}",
                self.element, self.property
            ),
        )
    }
}
