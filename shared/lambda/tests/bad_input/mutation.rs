//! Ways of breaking a JSON document.

use proptest::prelude::*;
use serde_json::{Value, json};

/// About what EventBridge delivers at most.
const PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// Members and items on the way to a value.
pub(crate) type Path = Vec<Step>;

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Member(String),
    Item(usize),
}

/// One way of breaking what stands at a path.
#[derive(Debug, Clone)]
pub(crate) enum Damage {
    /// It is not there.
    Drop,
    /// Something else stands there.
    Set(Value),
    /// It stands there as often.
    Repeat(usize),
    /// It lies so many lists deep.
    Nest(usize),
    /// Each text in it has this in its middle.
    Infix(String),
    /// Each text in it speaks of another account and Region.
    Abroad,
    /// Its member has another name.
    Rename(String),
}

/// Every path of a document, the document itself first.
pub(crate) fn paths(document: &Value) -> Vec<Path> {
    let mut found = vec![vec![]];
    let below: Vec<(Step, &Value)> = match document {
        Value::Object(members) => members.iter().map(|(name, value)| (Step::Member(name.clone()), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (Step::Item(at), item)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    };
    for (step, value) in below {
        found.extend(paths(value).into_iter().map(|path| [vec![step.clone()], path].concat()));
    }
    found
}

/// Breaks the document once more, unless it would outgrow what Lambda delivers.
pub(crate) fn damage_again(document: &mut Value, path: &[Step], how: &Damage) {
    let times = if let Damage::Repeat(times) = how { *times } else { 1 };
    if document.to_string().len().saturating_mul(times) < PAYLOAD_BYTES_MAX {
        damage(document, path, how);
    }
}

/// Breaks the document at the path; a path that an earlier damage took away changes nothing.
pub(crate) fn damage(document: &mut Value, path: &[Step], how: &Damage) {
    match path {
        [] => *document = replaced(document.take(), how),
        [Step::Member(name)] if document.get(name).is_some() => damage_member(document, name, how),
        [Step::Item(at)] if matches!(how, Damage::Drop | Damage::Repeat(_)) => damage_item(document, *at, how),
        [Step::Member(name), rest @ ..] => {
            if let Some(below) = document.get_mut(name) {
                damage(below, rest, how);
            }
        }
        [Step::Item(at), rest @ ..] => {
            if let Some(below) = document.get_mut(at) {
                damage(below, rest, how);
            }
        }
    }
}

fn damage_member(document: &mut Value, name: &str, how: &Damage) {
    let Value::Object(members) = document else { return };
    let Some(value) = members.shift_remove(name) else { return };
    let _ = match how {
        Damage::Drop => None,
        Damage::Rename(other) => members.insert(other.clone(), value),
        Damage::Set(_) | Damage::Repeat(_) | Damage::Nest(_) | Damage::Infix(_) | Damage::Abroad => {
            members.insert(name.to_owned(), replaced(value, how))
        }
    };
}

fn damage_item(document: &mut Value, at: usize, how: &Damage) {
    let Value::Array(items) = document else { return };
    match (items.get(at).cloned(), how) {
        (Some(item), Damage::Repeat(times)) => items.extend(vec![item; *times]),
        (Some(_), _) => drop(items.remove(at)),
        (None, _) => {}
    }
}

fn replaced(value: Value, how: &Damage) -> Value {
    match how {
        Damage::Drop | Damage::Rename(_) => Value::Null,
        Damage::Set(other) => other.clone(),
        Damage::Repeat(times) => Value::Array(vec![value; *times]),
        Damage::Nest(levels) => (0..*levels).fold(value, |inner, _| Value::Array(vec![inner])),
        Damage::Infix(text) => in_texts(value, &|own| {
            let middle = (0..=own.len() / 2).rev().find(|at| own.is_char_boundary(*at)).unwrap_or_default();
            format!("{}{text}{}", &own[..middle], &own[middle..])
        }),
        Damage::Abroad => {
            in_texts(value, &|own| own.replace("123456789012", "210987654321").replace("ap-northeast-1", "us-east-1"))
        }
    }
}

fn in_texts(value: Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(&text)),
        Value::Array(items) => items.into_iter().map(|item| in_texts(item, change)).collect(),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, below)| (name, in_texts(below, change))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// Each kind of damage, with texts that a careless reader stumbles over.
pub(crate) fn every_damage() -> Vec<Damage> {
    let set = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5e300),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!(""),
        json!("SUCCESS"),
        json!("line\nbreak\r\u{0}\u{1b}[2J\u{7f}"),
        json!("\u{202e}sdrawkcab\u{2028}\u{feff}\u{e0041}"),
        json!("x".repeat(2_000)),
        json!("夜".repeat(300)),
        json!("../../{}${jndi}'\"`;--"),
    ];
    let mut every: Vec<Damage> = set.into_iter().map(Damage::Set).collect();
    every.extend(["\u{0}", "\u{202e}", "\n", "é", "\"}"].map(|text| Damage::Infix(text.to_owned())));
    every.extend([
        Damage::Drop,
        Damage::Abroad,
        Damage::Repeat(2),
        Damage::Repeat(30),
        Damage::Nest(1),
        Damage::Nest(200),
    ]);
    every.push(Damage::Rename("Resources".to_owned()));
    every
}

/// Some damage, drawn.
pub(crate) fn any_damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => prop::sample::select(every_damage()),
        1 => any::<String>().prop_map(|text| Damage::Set(json!(text))),
        1 => any::<String>().prop_map(Damage::Infix),
        1 => any::<String>().prop_map(Damage::Rename),
        1 => any::<f64>().prop_map(|number| Damage::Set(json!(number))),
        1 => (1..3_000_usize).prop_map(Damage::Repeat),
        1 => Just(Damage::Set(json!("y".repeat(300_000)))),
    ]
}
