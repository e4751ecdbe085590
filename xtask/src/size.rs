//! The app's size: precompressed files, the size table and the budget.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::workspace::files_below;

/// The limit for the whole critical path (html, css, js, wasm), in bytes of brotli.
pub(crate) const BUDGET: u64 = 96_500;

const CRITICAL: [&str; 4] = ["html", "css", "js", "wasm"];

const COMPRESSED: [&str; 8] = [
    "html",
    "css",
    "js",
    "wasm",
    "svg",
    "json",
    "txt",
    "webmanifest",
];

/// Writes a `.br` and a `.gz` beside every file that compresses well.
pub(crate) fn precompress(dist: &Path) -> Result<()> {
    for path in files_with(dist, &COMPRESSED)? {
        let raw = fs::read(&path)?;

        let params = brotli::enc::BrotliEncoderParams {
            quality: 11,
            size_hint: raw.len(),
            ..Default::default()
        };
        let mut br = Vec::new();
        brotli::BrotliCompress(&mut raw.as_slice(), &mut br, &params)?;
        fs::write(beside(&path, "br"), br)?;

        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        gz.write_all(&raw)?;
        fs::write(beside(&path, "gz"), gz.finish()?)?;
    }
    Ok(())
}

/// Prints the size table, and fails above the budget.
pub(crate) fn report(dist: &Path) -> Result<()> {
    println!("\n{:<44} {:>9} {:>9} {:>9}", "file", "raw", "gzip", "br");
    let mut total = [0; 3];
    for path in files_with(dist, &CRITICAL)? {
        let sizes = [
            size_of(&path)?,
            size_of(&beside(&path, "gz"))?,
            size_of(&beside(&path, "br"))?,
        ];
        row(&path.strip_prefix(dist)?.to_string_lossy(), sizes);
        for (sum, size) in total.iter_mut().zip(sizes) {
            *sum += size;
        }
    }
    row("critical path", total);
    let [.., br] = total;
    if br > BUDGET {
        bail!(
            "the critical path has {br} bytes in brotli, {} above its budget of {BUDGET}: make the app smaller",
            br - BUDGET
        );
    }
    println!(
        "{} bytes below the budget of {BUDGET} in brotli",
        BUDGET - br
    );
    Ok(())
}

/// The size of a built app's critical path, in bytes of brotli.
pub(crate) fn critical_path(dist: &Path) -> Result<u64> {
    let sizes = files_with(dist, &CRITICAL)?
        .into_iter()
        .map(|path| size_of(&beside(&path, "br")));
    sizes.sum()
}

fn row(name: &str, [raw, gz, br]: [u64; 3]) {
    println!("{name:<44} {raw:>9} {gz:>9} {br:>9}");
}

fn files_with(dist: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = files_below(dist)?;
    files.retain(|path| {
        path.extension()
            .is_some_and(|found| extensions.iter().any(|one| found == *one))
    });
    Ok(files)
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    path.with_added_extension(extension)
}

fn size_of(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path)
        .with_context(|| format!("{} is missing", path.display()))?
        .len())
}
