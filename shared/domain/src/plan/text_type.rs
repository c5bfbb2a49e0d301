//! A text with a closed pattern: how every id and name of the plan is declared.

/// A text in the plan that does not fit its pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {kind}: {rule}")]
pub struct InvalidText {
    /// What was expected, with its article: "an account id".
    pub kind: &'static str,
    /// What the pattern asks for, in words.
    pub rule: &'static str,
    /// What stands in the plan, cut to 80 characters and without those that deceive the eye.
    pub given: String,
}

impl InvalidText {
    /// Keeps `given` short and printable: it may come from a hostile file.
    #[must_use]
    pub fn new(kind: &'static str, rule: &'static str, given: &str) -> Self {
        Self { kind, rule, given: printable(given) }
    }
}

/// Cuts a text to 80 characters and drops what could move a terminal's cursor or deceive the eye.
pub(super) fn printable(text: &str) -> String {
    crate::printable::quoted(text)
}

/// Declares a text type: `$read` returns the text in its one written form, or nothing if it does not fit;
/// `$pattern` says the same to editors in the JSON Schema.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $pattern:literal, $read:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text in its one written form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::plan::InvalidText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let read: fn(&str) -> Option<String> = $read;
                read(text)
                    .map(Self)
                    .ok_or_else(|| $crate::plan::InvalidText::new($kind, $rule, text))
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::plan::InvalidText;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern, "description": $rule })
            }
        }
    };
}
pub(super) use text_type;
