//! The entry point of Connect.

fn main() {
    console_error_panic_hook::set_once();
    connect::mount();
}
