//! The file that `nightferry init` writes.

/// A commented plan that parses as it stands; its ids are examples to replace.
#[must_use]
pub const fn init_text() -> &'static str {
    include_str!("init.yaml")
}
