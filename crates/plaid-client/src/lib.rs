//! Plaid's HTTP API from a server: the only home of Plaid's secrets.
