//! References into a state's data, and the templates that are filled from them.

use serde_json::{Map, Value};

/// The value at `$.a.b`.
pub(super) fn get<'a>(data: &'a Value, path: &str) -> Option<&'a Value> {
    let steps = path.strip_prefix('$')?;
    steps.split('.').filter(|step| !step.is_empty()).try_fold(data, |at, step| at.get(step))
}

/// Sets the value at `$.a`; deeper references are not used by the state machine.
pub(super) fn set(data: &mut Value, path: &str, value: Value) {
    let field = path.strip_prefix("$.").filter(|field| !field.contains('.')).expect("a reference to one field");
    let _ = data.as_object_mut().expect("a state's data is an object").insert(field.to_owned(), value);
}

/// Fills a template: a field whose name ends in `.$` is taken from the data, or from the context (`$$.Task.Token`).
pub(super) fn fill(template: &Value, data: &Value, token: Option<&str>) -> Value {
    let Value::Object(fields) = template else { return template.clone() };
    let filled = fields.iter().map(|(name, value)| match name.strip_suffix(".$") {
        Some(name) => (name.to_owned(), reference(value.as_str().unwrap_or_default(), data, token)),
        None => (name.clone(), fill(value, data, token)),
    });
    Value::Object(filled.collect::<Map<_, _>>())
}

fn reference(text: &str, data: &Value, token: Option<&str>) -> Value {
    if text == "$$.Task.Token" {
        return token.expect("only a waiting task has a token").into();
    }
    if let Some(inner) = text.strip_prefix("States.MathAdd(").and_then(|rest| rest.strip_suffix(')')) {
        let (path, addend) = inner.split_once(", ").expect("two arguments");
        let sum = get(data, path).and_then(Value::as_i64).zip(addend.parse::<i64>().ok()).map(|(a, b)| a + b);
        return sum.expect("two numbers").into();
    }
    get(data, text).unwrap_or_else(|| panic!("{text} is not in {data}")).clone()
}
