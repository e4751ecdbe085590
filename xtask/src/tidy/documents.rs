//! Rules for documents: READMEs, links, the changelog and the index of decisions.

use std::fs;
use std::path::Path;

use super::{assert_none, files, read, root, sources, workspace};

/// The folder of the architecture decision records.
const DECISIONS: &str = "docs/adr";

#[test]
fn tidy_every_crate_has_a_readme_that_is_its_documentation() {
    let workspace = workspace();
    let crates = workspace
        .packages
        .iter()
        .filter(|package| package.dir.starts_with(workspace.root.join("crates")));
    let without = crates.filter(|package| {
        let lib = fs::read_to_string(package.dir.join("src/lib.rs")).unwrap_or_default();
        !package.dir.join("README.md").is_file()
            || !lib.starts_with("#![doc = include_str!(\"../README.md\")]")
    });
    let names = without.map(|package| package.name.clone());
    assert_none(&names.collect::<Vec<_>>());
}

#[test]
fn tidy_every_setting_has_one_row_in_the_front_readme() {
    let front = read(Path::new("README.md"));
    let settings = sources()
        .into_iter()
        .flat_map(|path| variables(&read(&path)));
    let findings = settings.filter_map(|variable| {
        let rows = front.matches(&format!("\n| `{variable}` |")).count();
        (rows != 1).then(|| format!("{variable} has {rows} rows in README.md"))
    });
    assert_none(&findings.collect::<Vec<_>>());
}

#[test]
fn tidy_links_between_documents_have_a_target() {
    let mut broken = Vec::new();
    for path in files("md") {
        let dir = root()
            .join(&path)
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default();
        for target in link_targets(&read(&path)) {
            let file = target.split(['#', '?']).next().unwrap_or_default();
            if !target.contains(':') && !file.is_empty() && !dir.join(file).exists() {
                broken.push(format!("{} links to {target}", path.display()));
            }
        }
    }
    assert_none(&broken);
}

#[test]
fn tidy_the_changelog_has_this_version() {
    let heading = format!("## [{}]", env!("CARGO_PKG_VERSION"));
    assert!(
        read(Path::new("CHANGELOG.md")).contains(&heading),
        "CHANGELOG.md has no `{heading}`"
    );
}

#[test]
fn tidy_the_index_of_decisions_lists_each_with_its_title() {
    let index = read(&Path::new(DECISIONS).join("README.md"));
    let records = files("md").into_iter().filter_map(|path| {
        let name = path.strip_prefix(DECISIONS).ok()?.to_str()?.to_owned();
        (name != "README.md").then(|| (name, read(&path)))
    });
    let findings = records.filter_map(|(name, text)| missing_entry(&index, &name, &text));
    assert_none(&findings.collect::<Vec<_>>());
}

/// What is missing in the index for a record, or in the record itself.
fn missing_entry(index: &str, name: &str, record: &str) -> Option<String> {
    let heading = record.lines().next().unwrap_or_default();
    let Some((number, title)) = heading
        .strip_prefix("# ")
        .and_then(|text| text.split_once(". "))
    else {
        return Some(format!("{name} does not begin with `# <number>. <title>`"));
    };
    if !name.starts_with(&format!("{number:0>4}-")) {
        return Some(format!("{name} has the number {number} in its heading"));
    }
    let entry = format!("[{title}]({name})");
    (!index.contains(&entry)).then(|| format!("{DECISIONS}/README.md has no `{entry}`"))
}

/// The variables that flags are read from as well: `env = "CONNECT_LISTEN"`.
fn variables(source: &str) -> Vec<String> {
    let after = source.split("env = \"").skip(1);
    after
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// The targets of `[text](target)` and `<img src="target">`.
fn link_targets(markdown: &str) -> Vec<&str> {
    let after = |opening: &'static str, closing: char| {
        markdown
            .split(opening)
            .skip(1)
            .filter_map(move |rest| rest.split(closing).next())
    };
    after("](", ')').chain(after("src=\"", '"')).collect()
}

#[test]
fn a_decision_that_the_index_lacks_is_found() {
    let index = "| 9 | [Group commit](0009-group-commit.md) |";
    let missing = |name, record| missing_entry(index, name, record);
    assert_eq!(missing("0009-group-commit.md", "# 9. Group commit\n"), None);
    for (name, record) in [
        ("0009-group-commit.md", "# 9. Commits in groups"),
        ("0009-commits.md", "# 9. Group commit"),
        ("0009-group-commit.md", "# 8. Group commit"),
        ("0009-group-commit.md", "Group commit"),
    ] {
        assert!(missing(name, record).is_some(), "{name}: {record}");
    }
}
