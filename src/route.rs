//! The pages and their paths, over the browser's history.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// A page of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The page of the accounts.
    Home,
    /// The redirect URI, to which an OAuth bank returns the user.
    OauthReturn,
    /// Any other path.
    NotFound,
}

impl Route {
    /// Returns the page of an address, under the address of the app.
    fn of(address: &str, base: &str) -> Self {
        let path = address.split(['?', '#']).next();
        match path.and_then(|path| path.strip_prefix(base)) {
            Some("" | "index.html") => Self::Home,
            Some("oauth") => Self::OauthReturn,
            _ => Self::NotFound,
        }
    }

    /// Navigates to this page and replaces the current history entry, so that **Back** skips it.
    pub fn replace(self, route: RwSignal<Self>) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(self.path()));
        }
        route.set(self);
    }

    /// Returns the path of this page, relative to that of the app.
    pub fn path(self) -> &'static str {
        match self {
            Self::Home => "./",
            Self::OauthReturn => "oauth",
            Self::NotFound => "not-found",
        }
    }
}

/// Returns the address of the app, which ends with a slash. The backend writes its path into the page as `<base>`.
pub fn base() -> String {
    document().base_uri().ok().flatten().unwrap_or_default()
}

/// Returns the page of the address bar, which follows **Back** and **Forward**.
pub fn use_route() -> RwSignal<Route> {
    let present = || Route::of(&window().location().href().unwrap_or_default(), &base());
    let route = RwSignal::new(present());
    let listener = window_event_listener(leptos::ev::popstate, move |_| route.set(present()));
    on_cleanup(move || listener.remove());
    route
}

/// A link to a page of the app that does not reload.
#[component]
pub fn Link(
    to: Route,
    route: RwSignal<Route>,
    class: &'static str,
    label: &'static str,
) -> impl IntoView {
    let go = move |event: leptos::ev::MouseEvent| {
        // The browser handles a click that opens a new tab or window.
        let is_plain =
            !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        if !is_plain || event.button() != 0 {
            return;
        }
        if route.get_untracked() == Route::OauthReturn {
            // Link accepts a redirect once, so **Back** must not return to it.
            event.prevent_default();
            return to.replace(route);
        }
        let pushed = window()
            .history()
            .and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(to.path())));
        if pushed.is_ok() {
            event.prevent_default();
            route.set(to);
        }
    };
    view! { <a class=class href=to.path() on:click=go>{label}</a> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_page() {
        let (root, bank) = ("https://app.example/", "https://app.example/bank/");
        for (base, rest, route) in [
            (root, "", Route::Home),
            (root, "?a=1#top", Route::Home),
            (root, "index.html", Route::Home),
            (root, "oauth", Route::OauthReturn),
            (root, "oauth?oauth_state_id=1", Route::OauthReturn),
            (root, "oauth/", Route::NotFound),
            (root, "accounts", Route::NotFound),
            (root, "/", Route::NotFound),
            (root, "bank/", Route::NotFound),
            (bank, "", Route::Home),
            (bank, "oauth?oauth_state_id=1", Route::OauthReturn),
            (
                bank,
                "accounts?next=https://app.example/bank/",
                Route::NotFound,
            ),
        ] {
            let address = format!("{base}{rest}");
            assert_eq!(Route::of(&address, base), route, "{address}");
        }
        assert_eq!(
            Route::of("https://app.example/oauth", bank),
            Route::NotFound
        );
    }
}
