//! Rules for Rust files: their names, their first lines, and what only one place may hold.

use std::path::{Path, PathBuf};

use super::tokens::{text, tokens};
use super::{assert_none, files, read, sources};

/// The only folder whose files may run SQL.
const STORE: &str = "crates/connect-server/src/store";

#[test]
fn tidy_modules_are_named_for_their_content() {
    const EMPTY: [&str; 8] = [
        "utils", "util", "helpers", "helper", "common", "misc", "manager", "wrapper",
    ];
    let has_empty_name = |path: &PathBuf| {
        path.with_extension("")
            .components()
            .any(|part| EMPTY.iter().any(|empty| part.as_os_str() == *empty))
    };
    let named = files("rs").into_iter().filter(has_empty_name);
    assert_none(&shown(named));
}

#[test]
fn tidy_every_file_opens_with_a_summary() {
    let without = sources().into_iter().filter(|path| {
        let source = read(path);
        !source.starts_with("//! ") && !source.starts_with("#![doc = include_str!(")
    });
    assert_none(&shown(without));
}

#[test]
fn tidy_only_plaid_link_declares_foreign_functions() {
    let declares = |path: &Path| {
        let tokens = tokens(&read(path));
        tokens.windows(2).any(|pair| {
            pair[0].to_string() == "extern" && text(&pair[1]).is_some_and(|abi| abi == "C")
        })
    };
    let found = files("rs")
        .into_iter()
        .filter(|path| !path.starts_with("crates/plaid-link") && declares(path));
    assert_none(&shown(found));
}

#[test]
fn tidy_only_the_store_runs_sql() {
    let outside = sources().into_iter().filter(|path| {
        // The bench fills a database by itself.
        !path.starts_with(STORE) && !path.starts_with("bench/seed") && !path.starts_with("xtask")
    });
    assert_none(&shown(outside.filter(|path| runs_sql(&read(path)))));
}

/// Whether a source names the library for SQL, or has a string that is SQL.
fn runs_sql(source: &str) -> bool {
    tokens(source)
        .iter()
        .any(|token| token.to_string() == "sqlx" || text(token).is_some_and(|text| is_sql(&text)))
}

/// Whether a text has the keywords of a statement or of a clause, in capital letters.
fn is_sql(text: &str) -> bool {
    const KEYWORDS: [&[&str]; 13] = [
        &["SELECT"],
        &["INSERT", "INTO"],
        &["REPLACE", "INTO"],
        &["UPDATE", "SET"],
        &["DELETE", "FROM"],
        &["CREATE", "TABLE"],
        &["CREATE", "INDEX"],
        &["ALTER", "TABLE"],
        &["DROP", "TABLE"],
        &["BEGIN", "IMMEDIATE"],
        &["ON", "CONFLICT"],
        &["WHERE"],
        &["PRAGMA"],
    ];
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    // A keyword alone is a word in capital letters.
    words.len() > 1
        && KEYWORDS
            .iter()
            .any(|keywords| keywords.iter().all(|keyword| words.contains(keyword)))
}

fn shown(paths: impl Iterator<Item = PathBuf>) -> Vec<String> {
    paths.map(|path| path.display().to_string()).collect()
}

#[test]
fn sql_is_found_for_any_table() {
    for source in [
        r#"query("SELECT 1")"#,
        r#"query("INSERT OR IGNORE INTO webhooks VALUES (?)")"#,
        "query(\"\n    UPDATE public_tokens\n    SET lost = 1\")",
        r##"query(r#"DELETE FROM "users""#)"##,
        r#"format!("{table} WHERE id = ?")"#,
        r#"query("PRAGMA data_version")"#,
        "use sqlx::query;",
    ] {
        assert!(runs_sql(source), "{source}");
    }
}

#[test]
fn other_text_is_no_sql() {
    for source in [
        r#"name("SELECT_INSTITUTION")"#,
        r#"name("SELECT")"#,
        r#"text("Select an account from the list, where you have one.")"#,
        r#"text("Update your settings")"#,
        "// SELECT 1\nfn select() {}",
    ] {
        assert!(!runs_sql(source), "{source}");
    }
}
