//! The file as a tree in which every key and value knows its place.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned, Tagged};

use super::problem::Place;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    /// Where the text of it begins, in bytes: tells a quoted `"012"` from a bare one.
    offset: Option<u64>,
    /// The tag that is written in front of it, if one is.
    pub(super) tag: Option<String>,
    pub(super) value: Value,
}

/// What YAML can say. Numbers with redundant zeros in front stay texts, so that account ids keep their digits.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) place: Place,
}

impl Node {
    /// The entries of a mapping; none for anything else.
    pub(super) fn entries(&self) -> &[(Key, Self)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The entry under a key.
    pub(super) fn entry(&self, key: &str) -> Option<&(Key, Self)> {
        self.entries().iter().find(|(own, _)| own.text == key)
    }

    /// The value under a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, node)| node)
    }

    /// The place of the deepest part of a path that the file has.
    pub(super) fn locate(&self, path: &[&str]) -> Place {
        let mut node = self;
        let mut place = self.place;
        for part in path {
            let Some((key, below)) = node.entry(part) else {
                break;
            };
            place = key.place;
            node = below;
        }
        place
    }

    /// Whether a text is written without quotes although only its zeros in front keep it from being a number.
    pub(super) fn is_bare_number(&self, source: &str) -> bool {
        let Value::Text(text) = &self.value else {
            return false;
        };
        let is_bare = self.written(source).starts_with(|c: char| c.is_ascii_digit());
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && is_bare
    }

    /// Whether a whole number is written as people write it (`2_000` too): not as `0o10`, `0x8`, `0b1000` or `+8`, which are 8 to YAML.
    pub(super) fn is_plain_decimal(&self, source: &str) -> bool {
        let mut word = self.written(source).chars().take_while(|c| c.is_ascii_alphanumeric() || "+-_.".contains(*c));
        word.all(|c| c.is_ascii_digit() || c == '_')
    }

    /// The file from where the value begins.
    fn written<'s>(&self, source: &'s str) -> &'s str {
        let begin = self.offset.and_then(|offset| usize::try_from(offset).ok());
        begin.and_then(|begin| source.get(begin..)).unwrap_or_default()
    }
}

fn place_of(location: Location) -> Place {
    Place { line: location.line().max(1), column: location.column().max(1) }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Tagged<Value>>::deserialize(deserializer)?;
        let (place, offset) = (place_of(spanned.referenced), spanned.defined.span().byte_offset());
        let Tagged(value, tag) = spanned.value;
        Ok(Self { place, offset, tag, value })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<String>::deserialize(deserializer)?;
        Ok(Self { place: place_of(spanned.referenced), text: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(u64::try_from(value).map_or(Value::Signed(value), Value::Unsigned))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Value::Map(map))
    }
}
