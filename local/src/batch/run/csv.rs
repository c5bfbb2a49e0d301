//! Lists as comma-separated rows: quoted where it has to be, keys percent-encoded, without a header.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::task::Task;

const KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// A key as rows carry it.
pub(super) fn encoded(key: &str) -> String {
    utf8_percent_encode(key, KEY).to_string()
}

/// Rows as text.
pub(super) fn written(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        // Memory takes everything.
        let _ = writer.write_record(&row);
    }
    writer.into_inner().unwrap_or_default()
}

/// The tasks of a list with these columns; the first row that does not read is told.
pub(super) fn tasks(text: &[u8], fields: &[String]) -> Result<Vec<Task>, String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let rows = reader.records().enumerate().map(|(at, row)| {
        let unreadable = |why: &str| format!("Row {} of the manifest {why}.", at + 1);
        let row = row.map_err(|error| unreadable(&format!("does not read: {error}")))?;
        if row.len() != fields.len() {
            return Err(unreadable(&format!("has {} columns instead of {}", row.len(), fields.len())));
        }
        let column = |name: &str| fields.iter().position(|field| field == name).and_then(|place| row.get(place));
        let key =
            percent_decode_str(&column("Key").unwrap_or_default().replace('+', " ")).decode_utf8_lossy().into_owned();
        let bucket = column("Bucket").unwrap_or_default().to_owned();
        Ok(Task { bucket, key, id: column("VersionId").map(str::to_owned), version: None })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_decoded_and_a_missing_version_stays_empty() {
        let fields = ["Bucket", "Key", "VersionId"].map(str::to_owned);
        let tasks = tasks(b"b,a%20b/%2C,v1\nb,c,\n", &fields).unwrap();
        let told: Vec<_> = tasks.iter().map(|task| (task.key.as_str(), task.id.as_deref())).collect();
        assert_eq!(told, [("a b/,", Some("v1")), ("c", Some(""))]);
    }

    #[test]
    fn a_row_with_other_columns_is_told_by_its_number() {
        let fields = ["Bucket", "Key"].map(str::to_owned);
        assert!(tasks(b"b,k\nb,k,v\n", &fields).unwrap_err().contains("Row 2"));
    }
}
