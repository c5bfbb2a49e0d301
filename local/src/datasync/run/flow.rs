//! Content on its way from one side to the other, chunk by chunk: throttled, counted and hashed, never whole in memory.

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
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
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
        Ok(hex(hash))
    }
}

/// A transfer of one item.
pub(super) struct Flow<'a> {
    reader: Reader,
    hash: Sha256,
    bytes: u64,
    control: &'a Control,
    sync: &'a DataSync,
    execution: &'a str,
}

impl<'a> Flow<'a> {
    /// Content that is counted for an execution and held to its limit.
    pub(super) fn new(reader: Reader, control: &'a Control, sync: &'a DataSync, execution: &'a str) -> Self {
        Self { reader, hash: Sha256::new(), bytes: 0, control, sync, execution }
    }

    /// The next chunk, once the bandwidth limit lets it pass.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let Some(chunk) = self.reader.next().await? else { return Ok(None) };
        self.control.pass(chunk.len()).await;
        self.hash.update(&chunk);
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

    /// How many bytes went through, and their SHA-256.
    pub(super) fn sum(self) -> (u64, String) {
        (self.bytes, hex(self.hash))
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
