//! Content on its way from one side to the other, chunk by chunk: throttled and counted, never whole in memory.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use super::super::DataSync;
use super::super::control::Control;
use super::failure::Failure;

const CHUNK: usize = 64 * 1024;

/// Where content is read from.
#[derive(Debug)]
pub(super) enum Reader {
    /// A file of this machine.
    File(tokio::fs::File),
    /// An object on its way.
    Object(Incoming),
    /// What is short enough to be there at once.
    Once(Option<Bytes>),
}

impl Reader {
    /// The next chunk, or `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        match self {
            Self::Once(bytes) => Ok(bytes.take()),
            Self::File(file) => {
                let mut chunk = BytesMut::with_capacity(CHUNK);
                let read = file.read_buf(&mut chunk).await;
                let read = read.map_err(|error| Failure::new(format!("Failed to read source file: {error}")))?;
                Ok((read > 0).then(|| chunk.freeze()))
            }
            Self::Object(body) => loop {
                let Some(frame) = body.frame().await else { return Ok(None) };
                let frame = frame.map_err(|error| Failure::new(format!("Failed to read object: {error}")))?;
                match frame.into_data() {
                    Ok(bytes) if !bytes.is_empty() => return Ok(Some(bytes)),
                    Ok(_) | Err(_) => {}
                }
            },
        }
    }

    /// The SHA-256 of everything still to come, in hexadecimal.
    pub(super) async fn digest(mut self) -> Result<String, Failure> {
        let mut hash = Sha256::new();
        while let Some(chunk) = self.next().await? {
            hash.update(&chunk);
        }
        Ok(format!("{:x}", hash.finalize()))
    }
}

/// Whether two sides have the same content, read side by side up to the first difference.
///
/// The service compares checksums. Both sides are at hand here, so their bytes are compared, which is stricter and
/// spares a debug build from hashing what is equal anyway.
pub(super) async fn equal(mut one: Reader, mut other: Reader) -> Result<bool, Failure> {
    let (mut left, mut right) = (Bytes::new(), Bytes::new());
    loop {
        if left.is_empty() {
            left = one.next().await?.unwrap_or_default();
        }
        if right.is_empty() {
            right = other.next().await?.unwrap_or_default();
        }
        let common = left.len().min(right.len());
        if common == 0 {
            return Ok(left.is_empty() && right.is_empty());
        }
        if left.split_to(common) != right.split_to(common) {
            return Ok(false);
        }
    }
}

/// A transfer of one item.
pub(super) struct Flow<'a> {
    reader: Reader,
    bytes: u64,
    control: &'a Control,
    sync: &'a DataSync,
    execution: &'a str,
}

impl<'a> Flow<'a> {
    /// Content that is counted for an execution and held to its limit.
    pub(super) fn new(reader: Reader, control: &'a Control, sync: &'a DataSync, execution: &'a str) -> Self {
        Self { reader, bytes: 0, control, sync, execution }
    }

    /// The next chunk, once the bandwidth limit lets it pass.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let Some(chunk) = self.reader.next().await? else { return Ok(None) };
        self.control.pass(chunk.len()).await;
        let count = u64::try_from(chunk.len()).unwrap_or_default();
        self.bytes += count;
        let _ = self.sync.store.change(self.execution, |execution| execution.counters.bytes_transferred += count);
        Ok(Some(chunk))
    }

    /// Everything that is left; for links, whose content is a path.
    pub(super) async fn rest(&mut self) -> Result<Bytes, Failure> {
        Ok(self.upto(usize::MAX).await?.0)
    }

    /// At least `least` bytes, or all that is left; true when that was the end.
    pub(super) async fn upto(&mut self, least: usize) -> Result<(Bytes, bool), Failure> {
        let mut gathered = BytesMut::new();
        while gathered.len() < least {
            match self.next().await? {
                Some(chunk) => gathered.extend_from_slice(&chunk),
                None => return Ok((gathered.freeze(), true)),
            }
        }
        Ok((gathered.freeze(), false))
    }

    /// How many bytes went through.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(text: &'static str) -> Reader {
        Reader::Once((!text.is_empty()).then(|| Bytes::from_static(text.as_bytes())))
    }

    #[tokio::test]
    async fn contents_are_equal_only_when_every_byte_and_the_length_are() {
        for (one, other, expected) in
            [("", "", true), ("abc", "abc", true), ("abc", "abd", false), ("abc", "ab", false), ("", "a", false)]
        {
            assert_eq!(equal(once(one), once(other)).await.unwrap(), expected, "{one} {other}");
        }
    }
}
