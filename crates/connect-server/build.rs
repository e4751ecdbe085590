//! A new migration is a new program: `sqlx::migrate!` reads the folder when the crate is compiled.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
