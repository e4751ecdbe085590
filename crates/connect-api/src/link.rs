use json_struct::json_struct;
use json_struct::serde_json::Value;
use plaid_types::link::EventMetadata;
use plaid_types::{ItemId, LinkToken};

json_struct! {
    /// Asks for a Link token: `POST /api/link/tokens`. What is left out is as the backend is configured.
    #[derive(Default, Eq)]
    pub strict struct CreateLinkToken {
        /// The Item to repair: a token for update mode.
        pub item_id: Option<ItemId> = ?"item_id",
        /// In update mode, lets the user choose accounts anew.
        pub account_selection: bool = ?"account_selection",
        /// The language of Link, such as `es`.
        pub language: Option<String> = ?"language",
        /// Where the banks are, ISO 3166-1 alpha-2.
        pub country_codes: Vec<String> = ?"country_codes",
        /// A routing number whose bank is offered first.
        pub routing_number: Option<String> = ?"routing_number",
        /// Link's colours: `LIGHT`, `DARK` or `SYSTEM`.
        pub appearance_mode: Option<String> = ?"appearance_mode",
        /// Which accounts can be chosen, as Plaid's `account_filters`.
        pub account_filters: Option<Value> = ?"account_filters",
        /// A customization made in Plaid's dashboard, one of those that the backend allows.
        pub link_customization_name: Option<String> = ?"link_customization_name",
        /// The user's phone number if the page knows it, E.164 as `+14155550011`: Link asks for a code sent to it.
        pub phone_number: Option<String> = ?"phone_number",
    }
}

json_struct! {
    /// A Link token and how long it lives.
    #[derive(Eq)]
    pub struct LinkTokenGrant {
        /// Opens Link.
        pub link_token: LinkToken = "link_token",
        /// Seconds left by the server's clock when it answered: the browser's clock may be wrong.
        pub expires_in_seconds: u32 = "expires_in_seconds",
    }
}

json_struct! {
    /// The request of `POST /api/link/events`: events of Link, for conversion figures and support.
    ///
    /// The browser forwards their metadata unread, as `LinkEvents<Object>`.
    #[derive(Default)]
    pub struct LinkEvents<M = EventMetadata> {
        /// At most 200 events.
        pub events: Vec<LinkEventReport<M>> = "events",
    }
}

json_struct! {
    /// One call of `onEvent`.
    pub struct LinkEventReport<M = EventMetadata> {
        /// Link's name for the event, such as `HANDOFF`.
        pub event_name: String = "event_name",
        /// The second argument of `onEvent`.
        pub metadata: M = "metadata",
    }
}
