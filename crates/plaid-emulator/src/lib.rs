#![doc = include_str!("../README.md")]

mod clock;
mod controls;
mod emulator;
mod error;
mod fault_injection;
mod faults;
mod link;
mod redirect;
mod request_log;
mod router;
mod routes;
mod seed;
mod state;
mod webhooks;
mod world;

pub use emulator::{Builder, CLIENT_ID, Emulator, SECRET, StartError};
