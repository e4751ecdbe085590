//! The app's functions in the order of their sizes: those that are alike stand together, and the small ones, which are
//! called most, have the shortest numbers. 1 kB in brotli.

use std::convert::Infallible;

use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// The module with its functions sorted.
pub(crate) fn functions(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut sorted = Sorted::of(wasm)?;
    let mut module = Module::new();
    sorted
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow!("cannot read the app's WebAssembly module: {error}"))?;
    Ok(module.finish())
}

struct Sorted {
    imported: usize,
    /// The functions that are not imported, smallest first, each by its place before.
    order: Vec<usize>,
    /// The new place of each.
    places: Vec<usize>,
}

impl Sorted {
    fn of(wasm: &[u8]) -> Result<Self> {
        let mut imported = 0;
        let mut sizes = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => sizes.push(body.as_bytes().len()),
                _ => {}
            }
        }
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by_key(|&function| sizes[function]);
        let mut places = vec![0; order.len()];
        for (place, &function) in order.iter().enumerate() {
            places[function] = place;
        }
        Ok(Self {
            imported,
            order,
            places,
        })
    }
}

impl Reencode for Sorted {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        let place = (function as usize)
            .checked_sub(self.imported)
            .and_then(|defined| self.places.get(defined));
        Ok(place.map_or(function, |place| (self.imported + place) as u32))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types: Vec<u32> = section.into_iter().collect::<Result<_, _>>()?;
        for &function in &self.order {
            functions.function(types[function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies: Vec<_> = section.into_iter().collect::<Result<_, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        EntityType, ExportKind, ExportSection, Function, ImportSection, TypeSection, ValType,
    };
    use wasmparser::Operator;

    /// An import, and functions that return these numbers; the last calls the one before it. All are exported.
    fn module(numbers: &[i64]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([], [ValType::I64]);
        let mut imports = ImportSection::new();
        imports.import("./app_bg.js", "log", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        let mut exports = ExportSection::new();
        let mut code = CodeSection::new();
        for (index, &number) in (1..).zip(numbers) {
            functions.function(1);
            exports.export(&format!("returns {number}"), ExportKind::Func, index);
            let mut body = Function::new([]);
            if index as usize == numbers.len() {
                body.instructions().call(index - 1).drop();
            }
            body.instructions().i64_const(number).end();
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports);
        module.section(&functions).section(&exports).section(&code);
        module.finish()
    }

    #[test]
    fn functions_are_sorted_and_found_again() {
        // A larger number takes more bytes.
        let before = module(&[1 << 40, 1 << 20, 1]);
        let after = functions(&before).unwrap();
        let (mut sizes, mut exported, mut called) = (Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&after) {
            match payload.unwrap() {
                Payload::ExportSection(exports) => {
                    exported = exports
                        .into_iter()
                        .map(|export| export.unwrap().index)
                        .collect();
                }
                Payload::CodeSectionEntry(body) => {
                    sizes.push(body.as_bytes().len());
                    for operator in body.get_operators_reader().unwrap() {
                        if let Operator::Call { function_index } = operator.unwrap() {
                            called.push(function_index);
                        }
                    }
                }
                _ => {}
            }
        }
        assert!(sizes.is_sorted(), "{sizes:?}");
        assert_eq!(
            exported,
            [3, 1, 2],
            "1 << 20 is the smallest, then the one that calls it"
        );
        assert_eq!(called, [1], "the one that was before it");
        assert_eq!(functions(&after).unwrap(), after, "nothing is left to sort");
    }
}
