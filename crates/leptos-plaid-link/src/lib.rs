//! Plaid Link for Leptos: hooks and components.
