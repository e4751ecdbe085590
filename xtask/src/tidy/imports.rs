//! The paths by which a Rust file names other modules of its crate.

use super::tokens::{Token, tokens};

/// What a file says about modules.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Imports {
    /// The paths that begin with `crate`, `super` or `self`, from the crate's root.
    pub(super) paths: Vec<Vec<String>>,
    /// The modules that exist in tests only, from the crate's root.
    pub(super) test_modules: Vec<Vec<String>>,
}

/// Reads a file. `module` is its module's path; `package` is the crate's name, which `main.rs` uses for `crate`.
pub(super) fn imports(source: &str, module: &[String], package: &str) -> Imports {
    let mut parser = Parser {
        tokens: tokens(source),
        at: 0,
        module: module.to_vec(),
        package,
        depth: 0,
        inline: Vec::new(),
        imports: Imports::default(),
    };
    while parser.at < parser.tokens.len() {
        parser.step();
    }
    parser.imports
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    /// The module that the current token is in.
    module: Vec<String>,
    package: &'a str,
    /// How many braces are open.
    depth: usize,
    /// The depth at which each inline module began.
    inline: Vec<usize>,
    imports: Imports,
}

impl<'a> Parser<'a> {
    fn step(&mut self) {
        if self.is_cfg_test() {
            self.skip_test_item();
            return;
        }
        match self.token(0) {
            Some(Token::Word("use")) if self.token(1) != Some(Token::Sign('<')) => {
                self.at += 1;
                self.use_tree(&mut Vec::new());
            }
            Some(Token::Word("in")) if self.token(1) == Some(Token::Word("crate")) => {
                // `pub(in crate::a)` is a visibility.
                self.at += 2;
            }
            Some(Token::Word("mod")) if self.token(2) == Some(Token::Sign('{')) => {
                if let Some(Token::Word(name)) = self.token(1) {
                    self.inline.push(self.depth);
                    self.module.push(name.to_owned());
                }
                self.at += 2;
            }
            Some(Token::Word("crate" | "super" | "self")) if self.is_separator(1) => {
                let path = self.path();
                self.record(&path);
            }
            Some(token) => {
                self.count_braces(token);
                self.at += 1;
            }
            None => {}
        }
    }

    fn count_braces(&mut self, token: Token<'a>) {
        match token {
            Token::Sign('{') => self.depth += 1,
            Token::Sign('}') => {
                self.depth = self.depth.saturating_sub(1);
                if self.inline.last() == Some(&self.depth) {
                    self.inline.pop();
                    self.module.pop();
                }
            }
            _ => {}
        }
    }

    /// Reads one tree of a `use`, such as `a::{b, c::d}`, below the path that leads to it.
    fn use_tree(&mut self, above: &mut Vec<String>) {
        let length = above.len();
        loop {
            match self.token(0) {
                Some(Token::Word("as")) => self.at += 2,
                Some(Token::Word(word)) => {
                    above.push(word.to_owned());
                    self.at += 1;
                }
                Some(Token::Sign(':' | '*')) => self.at += 1,
                Some(Token::Sign('{')) => {
                    self.at += 1;
                    while !matches!(self.token(0), Some(Token::Sign('}')) | None) {
                        self.use_tree(above);
                        if self.token(0) == Some(Token::Sign(',')) {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    break;
                }
                _ => {
                    self.record(above);
                    break;
                }
            }
        }
        above.truncate(length);
    }

    /// Reads a path in an expression or a type.
    fn path(&mut self) -> Vec<String> {
        let mut path = Vec::new();
        while let Some(Token::Word(word)) = self.token(0) {
            path.push(word.to_owned());
            self.at += 1;
            if !self.is_separator(0) {
                break;
            }
            self.at += 2;
        }
        path
    }

    fn record(&mut self, path: &[String]) {
        let mut rest = path;
        let mut found = match path.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("self" | "super") => self.module.clone(),
            Some(name) if name == self.package => Vec::new(),
            _ => return,
        };
        if rest.first().is_some_and(|word| word != "super") {
            rest = &rest[1..];
        }
        while let Some((word, more)) = rest.split_first()
            && word == "super"
        {
            found.pop();
            rest = more;
        }
        // The `self` of `use a::{self, b}` is `a`.
        found.extend(rest.iter().filter(|word| *word != "self").cloned());
        self.imports.paths.push(found);
    }

    fn is_cfg_test(&self) -> bool {
        const ATTRIBUTE: [Token<'_>; 7] = [
            Token::Sign('#'),
            Token::Sign('['),
            Token::Word("cfg"),
            Token::Sign('('),
            Token::Word("test"),
            Token::Sign(')'),
            Token::Sign(']'),
        ];
        self.tokens[self.at..].starts_with(&ATTRIBUTE)
    }

    /// Skips an item that exists in tests only: up to its `;` or to the end of its block. A field ends at its comma.
    fn skip_test_item(&mut self) {
        const ITEMS: [&str; 7] = ["const", "enum", "fn", "impl", "static", "struct", "trait"];
        self.at += 7;
        let mut open = 0_usize;
        let mut is_item = false;
        while let Some(token) = self.token(0) {
            is_item |= matches!(token, Token::Word(word) if ITEMS.contains(&word));
            if open == 0
                && token == Token::Word("mod")
                && let Some(Token::Word(name)) = self.token(1)
            {
                let module = self.module.iter().cloned().chain([name.to_owned()]);
                self.imports.test_modules.push(module.collect());
            }
            self.at += 1;
            match token {
                Token::Sign('{' | '(' | '[') => open += 1,
                Token::Sign('}' | ')' | ']') => {
                    open = open.saturating_sub(1);
                    if open == 0 && token == Token::Sign('}') {
                        break;
                    }
                }
                Token::Sign(';') if open == 0 => break,
                Token::Sign(',') if open == 0 && !is_item => break,
                _ => {}
            }
        }
    }

    fn token(&self, ahead: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn is_separator(&self, ahead: usize) -> bool {
        self.token(ahead) == Some(Token::Sign(':'))
            && self.token(ahead + 1) == Some(Token::Sign(':'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths that this source, in the module `a::b`, names.
    fn paths(source: &str) -> Vec<String> {
        let module = ["a".to_owned(), "b".to_owned()];
        let paths = imports(source, &module, "ours").paths;
        paths.iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn paths_are_read_from_the_root() {
        for (source, expected) in [
            ("use crate::c::D;", "c::D"),
            ("pub(crate) use super::c::D;", "a::c::D"),
            ("use super::super::c;", "c"),
            ("use self::c::D as E;", "a::b::c::D"),
            ("use ours::c::*;", "c"),
            ("fn f() { crate::c::d(1) }", "c::d"),
            ("fn f(d: &super::D<u8>) {}", "a::D"),
            ("macro_rules! m { () => { $crate::c::d() } }", "c::d"),
            ("#[cfg(unix)] use crate::c;", "c"),
        ] {
            assert_eq!(paths(source), [expected], "{source}");
        }
    }

    #[test]
    fn nested_braces_are_several_paths() {
        assert_eq!(
            paths("use crate::{c::{self, D}, e::{F as G, h::{I, *}}, j};"),
            ["c", "c::D", "e::F", "e::h::I", "e::h", "j"]
        );
    }

    #[test]
    fn other_words_are_no_paths() {
        for source in [
            "use std::fmt; use serde::{de::Error, Serialize};",
            "mod c; pub mod d;",
            "pub(crate) fn f(&self) { self.c() }",
            "pub(in crate::a) struct S;",
            "fn f<'a>() -> impl Sized + use<'a> {}",
            "// use crate::c;\nconst S: &str = \"crate::c\";",
        ] {
            assert!(paths(source).is_empty(), "{source}");
        }
    }

    #[test]
    fn an_inline_module_is_a_module() {
        assert_eq!(
            paths("mod c { use super::D; mod e { use super::F; } use super::G; } use super::H;"),
            ["a::b::D", "a::b::c::F", "a::b::G", "a::H"]
        );
    }

    #[test]
    fn tests_are_left_out() {
        for source in [
            "#[cfg(test)] mod tests { use crate::c; fn f() { if x { crate::d() } } } use crate::e;",
            "#[cfg(test)] #[path = \"t.rs\"] mod tests; use crate::e;",
            "#[cfg(test)] fn f<A, B>(x: [u8; 2]) { crate::c::d() } use crate::e;",
            "#[cfg(test)] const N: [crate::C; 2] = [crate::c(), crate::d()]; use crate::e;",
            "struct S { #[cfg(test)] c: crate::C, d: crate::e }",
        ] {
            assert_eq!(paths(source), ["e"], "{source}");
        }
    }

    #[test]
    fn modules_of_tests_are_named() {
        let module = ["a".to_owned()];
        let found = imports("#[cfg(test)] mod tests; mod c;", &module, "ours");
        assert_eq!(found.test_modules, [["a".to_owned(), "tests".to_owned()]]);
    }
}
