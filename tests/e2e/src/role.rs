//! The roles by which stories find elements.

/// The role of an element in the accessibility tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A control that a user presses.
    Button,
    /// A control that is ticked or not.
    Checkbox,
    /// A window over the page.
    Dialog,
    /// The heading of a part of the page.
    Heading,
    /// A link to another page.
    Link,
    /// An alert or a status.
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
    /// The elements that may have this role.
    pub(crate) fn selector(self) -> &'static str {
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

    /// The names of this role in `WebDriver`.
    pub(crate) fn computed(self) -> &'static [&'static str] {
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
