//! The size that each crate contributes to the app, by the names of its functions.

use std::collections::HashMap;
use std::fs;
use std::process::Command;

use anyhow::Result;
use wasmparser::{KnownCustom, Name, Parser, Payload};

use super::report::{Table, quantity};
use crate::workspace::Workspace;
use crate::{setup, step};

/// Crates below this share of the code are combined in one row.
const SMALL: f64 = 0.01;

/// Rust's own crates. Their generic code counts for the crate that uses it.
const RUST: [&str; 6] = [
    "core",
    "alloc",
    "std",
    "hashbrown",
    "compiler_builtins",
    "dlmalloc",
];

/// Builds the app with names, and returns the table.
pub(crate) fn table(workspace: &Workspace) -> Result<Table> {
    let module = module_with_names(workspace)?;
    let brotli = compressed(&module.code)?;
    let mut crates: Vec<(String, usize)> = module.by_crate.into_iter().collect();
    crates.sort_by_key(|(name, bytes)| (std::cmp::Reverse(*bytes), name.clone()));
    let total: usize = crates.iter().map(|(_, bytes)| bytes).sum();

    let mut table = Table::new(
        "Contributions",
        "The code of Connect by crate. A generic function of Rust's own crates counts for the crate that uses it. The brotli size \
         of a crate\nis its share of the whole. [A decision record](adr/0007-build-steps-that-shrink-the-app.md) has the cost of removing the largest.",
        &["crate", "bytes", "share", "brotli"],
    );
    #[expect(clippy::cast_precision_loss, reason = "sizes")]
    let mut row = |name: String, bytes: usize| {
        let share = bytes as f64 / total as f64;
        table.row([
            name,
            bytes.to_string(),
            format!("{:.1} %", share * 100.0),
            quantity(share * brotli as f64 / 1000.0, "kB"),
        ]);
    };
    #[expect(clippy::cast_precision_loss, reason = "sizes")]
    let (large, small): (Vec<_>, Vec<_>) = crates
        .into_iter()
        .partition(|(_, bytes)| *bytes as f64 >= total as f64 * SMALL);
    for (name, bytes) in large {
        row(name, bytes);
    }
    let rest = small.iter().map(|(_, bytes)| bytes).sum();
    row(format!("{} others", small.len()), rest);
    row("constants of all".to_owned(), module.data);
    Ok(table)
}

struct Module {
    by_crate: HashMap<String, usize>,
    /// The bytes of constants of all crates: text, tables, messages.
    data: usize,
    code: Vec<u8>,
}

/// The app's module with the names of its functions.
fn module_with_names(workspace: &Workspace) -> Result<Module> {
    let target = workspace.target.join("xtask/bench-names");
    let tools = setup::app_tools(workspace)?;
    let mut compile = step::cargo(["build", "--package", "connect", "--bin", "connect"]);
    compile
        .args([
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            "wasm-release",
        ])
        .env("CARGO_PROFILE_WASM_RELEASE_STRIP", "none")
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(&workspace.root);
    step::run(&mut compile)?;
    let mut bind = Command::new(tools.bindgen_dir.join("wasm-bindgen"));
    bind.args(["--target", "web", "--no-typescript", "--out-dir"])
        .args([
            &target,
            &target.join("wasm32-unknown-unknown/wasm-release/connect.wasm"),
        ]);
    step::run(&mut bind)?;
    read(&fs::read(target.join("connect_bg.wasm"))?)
}

fn read(wasm: &[u8]) -> Result<Module> {
    let mut imported = 0;
    let mut sizes = Vec::new();
    let mut names = HashMap::new();
    let mut data = 0;
    let mut code = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => {
                sizes.push(body.as_bytes().len());
                code.extend_from_slice(body.as_bytes());
            }
            Payload::DataSection(section) => {
                for segment in section {
                    let bytes = segment?.data;
                    data += bytes.len();
                    code.extend_from_slice(bytes);
                }
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(section) = section.as_known() {
                    for subsection in section {
                        if let Name::Function(functions) = subsection? {
                            for name in functions {
                                let name = name?;
                                names.insert(name.index, name.name);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut by_crate = HashMap::new();
    for (index, size) in (imported..).zip(sizes) {
        let name = names.get(&index).copied().unwrap_or_default();
        *by_crate.entry(crate_of(name).to_owned()).or_default() += size;
    }
    Ok(Module {
        by_crate,
        data,
        code,
    })
}

/// The crate of a function: the first crate in its name that is not Rust's own, or else Rust itself.
fn crate_of(function: &str) -> &str {
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = function;
    let mut from_rust = None;
    while let Some(end) = rest.find("::") {
        let start = rest[..end].rfind(|c| !is_in_name(c)).map_or(0, |at| at + 1);
        let name = &rest[start..end];
        // A name after another `::` is not a crate.
        let is_first = !rest[..start].ends_with("::");
        rest = &rest[end..];
        let tail = rest.trim_start_matches(|c| is_in_name(c) || c == ':');
        rest = tail;
        if !is_first || name.is_empty() {
            continue;
        }
        if !RUST.contains(&name) {
            return name;
        }
        from_rust = Some("Rust's own");
    }
    from_rust.unwrap_or("without a name")
}

fn compressed(bytes: &[u8]) -> Result<usize> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params)?;
    Ok(compressed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_first_crate_that_is_not_rusts_own() {
        for (function, expected) in [
            ("connect::pages::home::Home", "connect"),
            (
                "<link_flow::state::State as core::clone::Clone>::clone",
                "link_flow",
            ),
            ("core::ptr::drop_in_place<tachys::html::Element>", "tachys"),
            (
                "<alloc::rc::Rc<T> as core::ops::drop::Drop>::drop",
                "Rust's own",
            ),
            ("core::fmt::write", "Rust's own"),
            ("memcpy", "without a name"),
        ] {
            assert_eq!(crate_of(function), expected, "{function}");
        }
    }
}
