//! JSON in one written form, so that equal documents are equal texts whatever order a parser keeps.

use std::collections::BTreeMap;

use serde_json::Value;

/// JSON with sorted names and no spaces, whatever order the parser kept.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, String> = fields.iter().map(|(name, v)| (name, canonical(v))).collect();
            let parts: Vec<String> =
                sorted.iter().map(|(name, text)| format!("{}:{text}", Value::from(name.as_str()))).collect();
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// A document in the one form in which two equal ones are equal: a list of one is that one, lists of texts are sorted.
///
/// AWS gives documents back with either spelling, and order has no meaning in them.
pub(super) fn normalized(document: &Value) -> Value {
    match document {
        Value::Array(items) => normalized_list(items),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), normalized(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => document.clone(),
    }
}

fn normalized_list(items: &[Value]) -> Value {
    if let [only] = items {
        return normalized(only);
    }
    let mut items: Vec<Value> = items.iter().map(normalized).collect();
    items.sort_by_cached_key(canonical);
    Value::Array(items)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_documents_are_equal_texts_whatever_order_they_came_in() {
        let text = r#"{"a":[{"x":1,"y":null},"b"],"c":true}"#;
        assert_eq!(canonical(&json!({"c": true, "a": [{"y": null, "x": 1}, "b"]})), text);
    }

    #[test]
    fn a_list_of_one_is_that_one_and_lists_have_no_order() {
        assert_eq!(normalized(&json!({"Action": ["a"]})), json!({"Action": "a"}));
        assert_eq!(normalized(&json!(["b", ["a"], "a"])), json!(["a", "a", "b"]));
    }
}
