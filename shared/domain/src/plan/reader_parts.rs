//! The entries of a mapping and the items of a list, each read by its own reader.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::read_error::ReadError;
use super::reader::Reader;
use super::tree::Key;

/// The items of a list.
pub(super) struct Items<I>(pub(super) I);

/// The entries of a mapping.
pub(super) struct Entries<'a, I> {
    entries: I,
    value: Option<Reader<'a>>,
}

impl<I> Entries<'_, I> {
    pub(super) const fn new(entries: I) -> Self {
        Self { entries, value: None }
    }
}

impl<'a, I: Iterator<Item = Reader<'a>>> SeqAccess<'a> for Items<I> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        self.0.next().map(|item| item.seeded(seed)).transpose()
    }
}

impl<'a, I: Iterator<Item = (&'a Key, Reader<'a>)>> MapAccess<'a> for Entries<'a, I> {
    type Error = ReadError;

    fn next_key_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        let read = seed.deserialize(BorrowedStrDeserializer::<ReadError>::new(&key.text));
        read.map(Some).map_err(|error| error.at(key.place, ""))
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        // Serde asks for a value only after its key; anything else is reported and not answered.
        let value = self.value.take().ok_or_else(|| serde::de::Error::custom("a value without its key"))?;
        value.seeded(seed)
    }
}
