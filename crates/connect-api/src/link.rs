//! Link tokens, and the events of Link.

use json_struct::json_struct;
use json_struct::serde_json::Value;
use plaid_types::link::EventMetadata;
use plaid_types::{ItemId, LinkToken};

json_struct! {
    /// The request of `POST /api/link/tokens`. The backend's configuration has the values of missing fields.
    #[derive(Default, Eq)]
    pub strict struct CreateLinkToken {
        /// The Item to repair. It makes the token one for update mode.
        pub item_id: Option<ItemId> = ?"item_id",
        /// Whether the user can choose accounts in update mode.
        pub account_selection: bool = ?"account_selection",
        /// The language of Link, such as `es`.
        pub language: Option<String> = ?"language",
        /// The countries of the banks, ISO 3166-1 alpha-2.
        pub country_codes: Vec<String> = ?"country_codes",
        /// The routing number of the bank that is offered first.
        pub routing_number: Option<String> = ?"routing_number",
        /// Link's colours: `LIGHT`, `DARK` or `SYSTEM`.
        pub appearance_mode: Option<String> = ?"appearance_mode",
        /// The accounts that can be chosen, as Plaid's `account_filters`.
        pub account_filters: Option<Value> = ?"account_filters",
        /// The name of a customization in Plaid's dashboard that the backend allows.
        pub link_customization_name: Option<String> = ?"link_customization_name",
        /// The user's phone number in E.164, such as `+14155550011`. Link asks for a code that is sent to it.
        pub phone_number: Option<String> = ?"phone_number",
    }
}

json_struct! {
    /// The answer of `POST /api/link/tokens`: a Link token and its lifetime.
    #[derive(Eq)]
    pub struct LinkTokenGrant {
        /// The token that opens Link.
        pub link_token: LinkToken = "link_token",
        /// The lifetime in seconds. It is not a time, because the browser's clock may be wrong.
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
