//! Short names for the imports and exports of the app's module, in the module and in its script.
//!
//! `wasm-bindgen` gives each of two hundred functions a name with a hash, and hashes do not compress: 4.5 kB in brotli.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{ExportSection, ImportSection, Module};
use wasmparser::{CustomSectionReader, Export, Imports, Parser};

use crate::workspace::files_below;

/// Shortens the names in the built app, and renames its files after a hash of their content.
pub(crate) fn names(dist: &Path) -> Result<()> {
    let built = files_below(dist)?;
    let stem = built
        .iter()
        .find_map(|path| path.file_name()?.to_str()?.strip_suffix("_bg.wasm"))
        .context("Trunk built no WebAssembly module")?;
    let path = |stem: &str, end: &str| dist.join(format!("{stem}{end}"));

    let wasm = fs::read(path(stem, "_bg.wasm"))?;
    let script = fs::read_to_string(path(stem, ".js"))?;
    let (wasm, script) = shorten(&wasm, &script)?;

    let mut hasher = DefaultHasher::new();
    (&wasm, &script).hash(&mut hasher);
    let name = stem.split_once('-').map_or(stem, |(name, _)| name);
    let renamed = format!("{name}-{:016x}", hasher.finish());
    fs::remove_file(path(stem, "_bg.wasm"))?;
    fs::remove_file(path(stem, ".js"))?;
    fs::write(path(&renamed, "_bg.wasm"), wasm)?;
    fs::write(path(&renamed, ".js"), script)?;

    let page = dist.join("index.html");
    let html = fs::read_to_string(&page)?;
    fs::write(&page, html.replace(stem, &renamed))?;
    Ok(())
}

/// Replaces the names in the module and in its script.
fn shorten(wasm: &[u8], script: &str) -> Result<(Vec<u8>, String)> {
    if words(script).any(|word| word.len() > 1 && word.starts_with(MARK)) {
        bail!(
            "the app's script already has names that begin with `{MARK}`: choose another MARK in shorten.rs"
        );
    }
    let mut names = Names::default();
    let mut module = Module::new();
    names
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow::anyhow!("cannot read the app's WebAssembly module: {error}"))?;
    let script = words(script).map(|word| names.short.get(word).map_or(word, String::as_str));
    Ok((module.finish(), script.collect()))
}

/// The first character of a short name. No other name in the app's script begins with it.
const MARK: char = '$';

/// The short names by their original names.
#[derive(Default)]
struct Names {
    short: HashMap<String, String>,
}

impl Names {
    /// The short name for a name of `wasm-bindgen`'s; other names, such as `memory`, are unchanged.
    fn of<'a>(&'a mut self, name: &'a str) -> &'a str {
        if !name.starts_with("__wb") && !name.starts_with("wasm_bindgen__") {
            return name;
        }
        let number = self.short.len();
        self.short
            .entry(name.to_owned())
            .or_insert_with(|| short(number))
    }
}

impl Reencode for Names {
    type Error = Infallible;

    fn parse_imports(
        &mut self,
        section: &mut ImportSection,
        imports: Imports<'_>,
    ) -> Result<(), Error> {
        let Imports::Single(_, import) = imports else {
            return utils::parse_imports(self, section, imports);
        };
        let kind = self.entity_type(import.ty)?;
        section.import(import.module, self.of(import.name), kind);
        Ok(())
    }

    fn parse_export(
        &mut self,
        section: &mut ExportSection,
        export: Export<'_>,
    ) -> Result<(), Error> {
        let kind = self.export_kind(export.kind)?;
        let index = self.external_index(export.kind, export.index)?;
        section.export(self.of(export.name), kind, index);
        Ok(())
    }

    /// Drops them: a browser uses none.
    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> Result<(), Error> {
        Ok(())
    }
}

/// `$a`, `$b`, …, `$z`, `$aa`, …
fn short(mut number: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'a' + (number % 26) as u8));
        if number < 26 {
            break;
        }
        number = number / 26 - 1;
    }
    letters.push(MARK);
    letters.iter().rev().collect()
}

/// Splits a script into its names and the text between them.
fn words(script: &str) -> impl Iterator<Item = &str> {
    let is_in_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    script
        .split_inclusive(move |c| !is_in_name(c))
        .flat_map(move |piece| {
            let name = piece.trim_end_matches(|c| !is_in_name(c));
            [name, &piece[name.len()..]]
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{EntityType, ExportKind, TypeSection};

    fn module(imported: &str, exported: &str) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        imports.import("./app_bg.js", imported, EntityType::Function(0));
        let mut exports = ExportSection::new();
        exports.export(exported, ExportKind::Func, 0);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&exports);
        module.finish()
    }

    #[test]
    fn both_sides_get_the_same_short_names() {
        let wasm = module("__wbg_now_463ac581d2fc7ea3", "__wbindgen_malloc");
        let script =
            "let a={__wbg_now_463ac581d2fc7ea3:()=>Date.now()};wasm.__wbindgen_malloc(1,`${a}`)";
        let (wasm, script) = shorten(&wasm, script).unwrap();
        assert_eq!(wasm, module("$a", "$b"));
        assert_eq!(script, "let a={$a:()=>Date.now()};wasm.$b(1,`${a}`)");
    }

    #[test]
    fn other_names_are_unchanged() {
        let wasm = module("now", "memory");
        let script = "now(memory,__wbg_init_memory)";
        assert_eq!(shorten(&wasm, script).unwrap(), (wasm, script.to_owned()));
    }

    #[test]
    fn custom_sections_are_dropped() {
        let bare = module("now", "memory");
        let mut wasm = bare.clone();
        // A custom section of five bytes: the length of its name, and the name.
        wasm.extend(b"\0\x05\x04name");
        assert_eq!(shorten(&wasm, "").unwrap().0, bare);
    }

    #[test]
    fn a_script_with_short_names_is_rejected() {
        let wasm = module("__wbg_now_463ac581d2fc7ea3", "memory");
        assert!(shorten(&wasm, "let $a=1;").is_err());
    }

    #[test]
    fn short_names_are_unique() {
        let names: std::collections::HashSet<String> = (0..2000).map(short).collect();
        assert_eq!(names.len(), 2000);
    }
}
