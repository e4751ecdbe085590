#![doc = include_str!("../README.md")]

mod app;
mod clock;
mod controls;
mod emulator;
mod error;
mod faults;
mod link;
mod redirect;
mod requests;
mod routes;
mod seed;
mod webhooks;
mod world;

pub use emulator::{Builder, CLIENT_ID, Emulator, SECRET, StartError};
