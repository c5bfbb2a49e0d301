//! The list of a batch job's objects, as S3 generates it: an index of CSV files with a schema, and how many bytes they name.
//!
//! Keys may hold commas, quotes and line ends, so that rows are read as CSV and never cut at commas. What can't be summed
//! up for sure is not summed up at all: a limit on bytes is only as good as the number that it is held against.

use serde::Deserialize;

use super::completion::REPORT_FILES_MAX;

/// An index whose files can be summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Keys of its files, beside the index in the same bucket; at most [`REPORT_FILES_MAX`].
    pub files: Vec<String>,
    columns: usize,
    size: usize,
    marker: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    file_schema: String,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    key: String,
}

impl Listing {
    /// Reads an index; `None` where it tells no sizes, or names files that are compressed or too many to be read.
    #[must_use]
    pub fn read(index: &[u8]) -> Option<Self> {
        let index: Index = serde_json::from_slice(index).ok()?;
        let names: Vec<&str> = index.file_schema.split(',').map(str::trim).collect();
        let column = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let files: Vec<String> = index.files.into_iter().map(|file| file.key).collect();
        let is_plain = (1..=REPORT_FILES_MAX).contains(&files.len()) && files.iter().all(|key| is_plain_csv(key));
        let size = column("Size").filter(|_| is_plain)?;
        Some(Self { files, columns: names.len(), size, marker: column("IsDeleteMarker") })
    }

    /// The sum of the sizes in one whole file; `None` if there is a row that does not fit the schema, or tells no size.
    #[must_use]
    pub fn bytes(&self, file: &[u8]) -> Option<u64> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        reader.byte_records().map(|row| self.size_of(&row.ok()?)).sum()
    }

    /// A delete marker has no size in S3's inventories, and copies no bytes.
    fn size_of(&self, row: &csv::ByteRecord) -> Option<u64> {
        let text = |column: usize| std::str::from_utf8(row.get(column)?).ok();
        let size = text(self.size).filter(|_| row.len() == self.columns)?;
        let is_marker = self.marker.and_then(text).is_some_and(|told| told.eq_ignore_ascii_case("true"));
        if size.is_empty() && is_marker { Some(0) } else { size.parse().ok() }
    }
}

/// What is compressed can't be summed up here.
fn is_plain_csv(key: &str) -> bool {
    std::path::Path::new(key).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(schema: &str, keys: &[&str]) -> Vec<u8> {
        let files: Vec<_> = keys.iter().map(|key| serde_json::json!({"key": key, "size": 1})).collect();
        serde_json::json!({"fileFormat": "CSV", "fileSchema": schema, "files": files}).to_string().into_bytes()
    }

    fn bytes(schema: &str, rows: &str) -> Option<u64> {
        Listing::read(&index(schema, &["data/a.csv"])).unwrap().bytes(rows.as_bytes())
    }

    const SIZED: &str = "Bucket, Key, VersionId, Size";

    #[test]
    fn sizes_are_summed_up_by_the_schema() {
        assert_eq!(bytes(SIZED, "b,one,v1,5\nb,two,v2,7\n"), Some(12));
        assert_eq!(bytes("Bucket, Size, Key", "b,5,one\n\"b\",\"7\",\"two\""), Some(12));
        assert_eq!(bytes(SIZED, ""), Some(0));
    }

    #[test]
    fn regression_a_key_with_a_comma_does_not_move_the_sizes_column() {
        assert_eq!(bytes(SIZED, "b,\"one,9\",v1,5\n"), Some(5), "the version id would have been read");
        assert_eq!(bytes(SIZED, "b,\"3,4\",1,5000000\n"), Some(5_000_000), "a number in the wrong column");
    }

    #[test]
    fn quotes_and_line_ends_in_a_key_belong_to_the_key() {
        assert_eq!(bytes(SIZED, "b,\"a \"\"b\"\",1,2\",v1,5\n"), Some(5));
        assert_eq!(bytes(SIZED, "b,\"two\nlines,1,2,3\",v1,5\r\nb,c,v2,7\r\n"), Some(12));
    }

    #[test]
    fn a_row_that_does_not_fit_leaves_no_sum() {
        for row in [
            "b,one,9,v1,5",
            "b,one,5",
            "b,one,v1,",
            "b,one,v1,-1",
            "b,one,v1,many",
            "b,\"one,v1,5",
            "b,one,v1,\u{ff15}",
        ] {
            assert_eq!(bytes(SIZED, &format!("b,zero,v0,1\n{row}\n")), None, "{row}");
        }
        let listing = Listing::read(&index(SIZED, &["a.csv"])).unwrap();
        assert_eq!(listing.bytes(b"b,one,v1,\xff\n"), None);
        assert_eq!(listing.bytes(b"b,\xe5\xa4,v1,5\n"), Some(5), "a key is none of our business");
    }

    #[test]
    fn a_delete_marker_has_no_bytes_and_an_object_without_a_size_no_sum() {
        let schema = "Bucket, Key, VersionId, IsDeleteMarker, Size";
        assert_eq!(bytes(schema, "b,one,v1,false,5\nb,two,v2,true,\n"), Some(5));
        assert_eq!(bytes(schema, "b,one,v1,false,\n"), None);
    }

    #[test]
    fn an_index_without_sizes_or_with_files_that_are_not_read_is_none() {
        let many: Vec<String> = (0..=REPORT_FILES_MAX).map(|at| format!("{at}.csv")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(Listing::read(&index("Bucket, Key, VersionId", &["a.csv"])), None);
        assert_eq!(Listing::read(&index(SIZED, &["a.csv.gz"])), None);
        assert_eq!(Listing::read(&index(SIZED, &["a.csv", "b.parquet"])), None);
        assert_eq!(Listing::read(&index(SIZED, &[])), None);
        assert_eq!(Listing::read(&index(SIZED, &many)), None);
        assert_eq!(Listing::read(br#"{"fileSchema": "Size", "files": [{}]}"#), None);
        assert_eq!(Listing::read(b"no index"), None);
    }
}
