//! Names inside a template, and the JSON that both kinds of template are made of.

use serde_json::{Map, Value};

/// A CloudFormation logical id: letters and digits, each word with a capital.
pub(super) fn pascal(parts: &[&str]) -> String {
    let words = parts.iter().flat_map(|part| part.split(|letter: char| !letter.is_ascii_alphanumeric()));
    words.map(capitalized).collect()
}

/// A Terraform name: small letters, digits and underscores.
pub(super) fn snake(parts: &[&str]) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    parts.join("_").chars().map(plain).collect()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// An object of the members that are there.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let there = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(there.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_what_a_template_takes() {
        assert_eq!(pascal(&["Role", "partner-logs.2"]), "RolePartnerLogs2");
        assert_eq!(snake(&["Role", "partner-logs.2"]), "role_partner_logs_2");
    }
}
