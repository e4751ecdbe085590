#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub mod fields;
mod json;
mod json_enum;
mod json_struct;
mod values;

pub use json::{Json, Object};

#[doc(hidden)]
pub use serde;
/// The crate of the JSON values that structs are read from.
pub use serde_json;
