//! Typed values out of the tree: serde's own derived readers over located values, noting every unknown key.

use std::cell::RefCell;

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::problem::{PROBLEMS_MAX, Problem, nearest, step, suggest};
use super::read_error::ReadError;
use super::reader_parts::{Entries, Items};
use super::text_type::printable;
use super::tree::{Key, Node, Value};
use super::unscheduled::drill_of_replicas;

/// How the message for a key that no type knows begins.
const UNKNOWN_KEY: &str = "unknown key";

/// What all readers of one file share: its text, and the problems found so far.
#[derive(Debug)]
pub(super) struct Notes<'a> {
    pub(super) source: &'a str,
    pub(super) problems: RefCell<Vec<Problem>>,
    /// A value that lacks its quotes: told only if its type has nothing worse to say of it.
    bare: RefCell<Option<ReadError>>,
}

impl<'a> Notes<'a> {
    /// No problems yet.
    pub(super) const fn new(source: &'a str) -> Self {
        Self { source, problems: RefCell::new(Vec::new()), bare: RefCell::new(None) }
    }

    /// Whether there are more problems than anybody is told.
    pub(super) fn is_full(&self) -> bool {
        self.problems.borrow().len() > PROBLEMS_MAX
    }

    /// Whether an unknown key has been noted at this very path.
    fn has_unknown_key(&self, path: &str) -> bool {
        let problems = self.problems.borrow();
        problems.iter().any(|problem| problem.path == path && problem.message.starts_with(UNKNOWN_KEY))
    }
}

/// Reads one value of the tree.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    node: &'a Node,
    path: String,
    notes: &'a Notes<'a>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(node: &'a Node, path: String, notes: &'a Notes<'a>) -> Self {
        Self { node, path, notes }
    }

    /// The value, or nothing after its problem has been noted.
    pub(super) fn read<T: DeserializeOwned>(self) -> Option<T> {
        let notes = self.notes;
        match self.seeded(PhantomData::<T>) {
            Ok(value) => Some(value),
            Err(error) => {
                notes.problems.borrow_mut().extend(error.into_problem());
                None
            }
        }
    }

    /// Reads by a seed; every error that has no place yet gets this value's.
    pub(super) fn seeded<S: DeserializeSeed<'a>>(self, seed: S) -> Result<S::Value, ReadError> {
        let (place, path, notes) = (self.node.place, self.path.clone(), self.notes);
        let read = seed.deserialize(self);
        match (read, notes.bare.take()) {
            (Ok(_), Some(bare)) => Err(bare),
            (read, _) => read.map_err(|error| error.unless_follows(|| notes.has_unknown_key(&path)).at(place, &path)),
        }
    }

    fn fail(&self, message: String, suggestion: Option<String>) -> ReadError {
        ReadError::told(self.node.place, &self.path, message, suggestion)
    }

    fn expected(&self, what: &str) -> ReadError {
        self.fail(format!("{what} is expected here, not {}", words(&self.node.value)), None)
    }

    fn below(&self, key: &Key, node: &'a Node) -> Self {
        Self::new(node, step(&self.path, &key.text), self.notes)
    }

    /// Notes each key that is not among the fields, and returns the fields that such a key was meant for.
    fn note_unknown(&self, fields: &'static [&'static str]) -> Vec<&'static str> {
        let unknown = |(key, _): &&(Key, Node)| !fields.contains(&key.text.as_str());
        let mut meant = Vec::new();
        for (key, _) in self.node.entries().iter().filter(unknown).take_while(|_| !self.notes.is_full()) {
            meant.extend(nearest(&key.text, fields.iter().copied()));
            self.note_key(key, fields);
        }
        meant
    }

    fn note_key(&self, key: &Key, fields: &[&str]) {
        self.notes.problems.borrow_mut().push(Problem {
            place: key.place,
            path: self.path.clone(),
            message: format!("{UNKNOWN_KEY} `{}`", printable(&key.text)),
            suggestion: drill_of_replicas(&self.path, &key.text).or_else(|| suggest(&key.text, fields)),
        });
    }

    /// A number or word without quotes where a text belongs.
    fn bare<V: Visitor<'a>>(&self, written: &str, visitor: V) -> Result<V::Value, ReadError> {
        let shown = printable(written);
        let message = format!("{shown} without quotes is {} to YAML", words(&self.node.value));
        let error = self.fail(message, Some(format!("write \"{shown}\"")));
        let _ = self.notes.bare.replace(Some(error));
        visitor.visit_string(written.to_owned())
    }

    fn whole_number<V: Visitor<'a>>(self, most: u64, visitor: V) -> Result<V::Value, ReadError> {
        if let Value::Unsigned(number) = self.node.value {
            if !self.node.is_plain_decimal(self.notes.source) {
                let message = "a whole number is written with the digits 0 to 9 only".to_owned();
                return Err(self.fail(message, Some(format!("write {number}, if that is meant"))));
            }
            if number <= most {
                return visitor.visit_u64(number);
            }
        }
        let what = if matches!(self.node.value, Value::Unsigned(_)) {
            format!("a whole number up to {most}")
        } else {
            "a whole number".to_owned()
        };
        Err(self.expected(&what))
    }
}

/// A value in words, for "not ..." in messages.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(word) => format!("the yes-or-no value `{word}`"),
        Value::Unsigned(number) => format!("the number {number}"),
        Value::Signed(number) => format!("the number {number}"),
        Value::Float(number) => format!("the number {number}"),
        Value::Text(text) if text.bytes().all(|b| b.is_ascii_digit()) => "a number".to_owned(),
        Value::Text(text) => format!("the text `{}`", printable(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "keys with values".to_owned(),
    }
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Unsigned(value) => visitor.visit_u64(*value),
            Value::Signed(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_str(value),
            Value::List(items) => {
                let item = |(index, node)| Self::new(node, format!("{}[{index}]", self.path), self.notes);
                visitor.visit_seq(Items(items.iter().enumerate().map(item)))
            }
            Value::Map(entries) => {
                let entry = |(key, node): &'a (Key, Node)| (key, self.below(key, node));
                visitor.visit_map(Entries::new(entries.iter().map(entry)))
            }
        }
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if matches!(self.node.value, Value::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.value {
            Value::Text(text) if self.node.is_bare_number(self.notes.source) => self.bare(text, visitor),
            Value::Text(text) => visitor.visit_str(text),
            Value::Unsigned(number) => self.bare(&number.to_string(), visitor),
            Value::Bool(word) => self.bare(&word.to_string(), visitor),
            Value::Null | Value::Signed(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => {
                Err(self.expected("a text"))
            }
        }
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_string(visitor)
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let Value::Bool(value) = self.node.value else {
            return Err(self.expected("`true` or `false`"));
        };
        visitor.visit_bool(value)
    }

    fn deserialize_u8<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.whole_number(u8::MAX.into(), visitor)
    }

    fn deserialize_u16<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.whole_number(u16::MAX.into(), visitor)
    }

    fn deserialize_u32<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.whole_number(u32::MAX.into(), visitor)
    }

    fn deserialize_u64<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.whole_number(u64::MAX, visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let Value::Text(text) = &self.node.value else {
            return Err(self.expected(&format!("one of `{}`", variants.join("`, `"))));
        };
        if !variants.contains(&text.as_str()) {
            let message = format!("`{}` is not a choice here", printable(text));
            return Err(self.fail(message, suggest(text, variants)));
        }
        visitor.visit_enum(text.as_str().into_deserializer())
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if matches!(self.node.value, Value::List(_)) {
            self.deserialize_any(visitor)
        } else {
            Err(self.expected("a list ([a, b])"))
        }
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if matches!(self.node.value, Value::Map(_)) {
            self.deserialize_any(visitor)
        } else {
            Err(self.expected("a set of keys with values"))
        }
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let Value::Map(entries) = &self.node.value else {
            return Err(self.expected(&format!("a set of the keys `{}`", fields.join("`, `"))));
        };
        let meant = self.note_unknown(fields);
        let known = entries
            .iter()
            .filter(|(key, _)| fields.contains(&key.text.as_str()))
            .map(|(key, node)| (key, self.below(key, node)));
        // A misspelt key has been noted already; that it is then missing is the same problem.
        visitor.visit_map(Entries::new(known)).map_err(|error| error.unless_missing(&meant))
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>> i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        identifier ignored_any
    }
}
