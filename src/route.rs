//! The pages and their paths, over the browser's history.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// A page of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The accounts.
    Home,
    /// Where a bank's own page leads back to: the redirect URI.
    OauthReturn,
    /// There is nothing at this path.
    NotFound,
}

impl Route {
    fn from_path(path: &str) -> Self {
        match path {
            "/" | "/index.html" => Self::Home,
            "/oauth" => Self::OauthReturn,
            _ => Self::NotFound,
        }
    }

    /// Goes there in place of where the browser is: the address that was is not come back to.
    pub fn replace(self, route: RwSignal<Self>) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(self.path()));
        }
        route.set(self);
    }

    /// Its path.
    pub fn path(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::OauthReturn => "/oauth",
            Self::NotFound => "/not-found",
        }
    }
}

/// The page that the address bar names, and names from now on.
pub fn use_route() -> RwSignal<Route> {
    let present = || Route::from_path(&window().location().pathname().unwrap_or_default());
    let route = RwSignal::new(present());
    let listener = window_event_listener(leptos::ev::popstate, move |_| route.set(present()));
    on_cleanup(move || listener.remove());
    route
}

/// A link to a page of the app, without a reload.
#[component]
pub fn Link(
    to: Route,
    route: RwSignal<Route>,
    class: &'static str,
    label: &'static str,
) -> impl IntoView {
    let go = move |event: leptos::ev::MouseEvent| {
        // A click that asks for a new tab or window is the browser's.
        let plain = !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        if !plain || event.button() != 0 {
            return;
        }
        if route.get_untracked() == Route::OauthReturn {
            // That way back is taken once.
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
    fn paths_lead_to_pages() {
        for (path, route) in [
            ("/", Route::Home),
            ("/index.html", Route::Home),
            ("/oauth", Route::OauthReturn),
            ("/oauth/", Route::NotFound),
            ("/accounts", Route::NotFound),
            ("//", Route::NotFound),
        ] {
            assert_eq!(Route::from_path(path), route, "{path}");
        }
    }
}
