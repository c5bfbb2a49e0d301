//! Where a folder really lies: what DataSync reaches through an access point counts from that point's root directory.

use std::collections::BTreeMap;

use crate::provision::EfsLocation;

/// A folder of a file system, or of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// ARN of the file system, or the bucket's name.
    pub store: String,
    /// The folder, from the top of it.
    pub folder: String,
    /// ARN of the access point from whose root the folder counts instead, where nobody showed that root.
    pub below: Option<String>,
}

impl Spot {
    /// A folder of a bucket.
    #[must_use]
    pub fn in_bucket(bucket: &str, folder: &str) -> Self {
        Self { store: bucket.to_owned(), folder: folder.to_owned(), below: None }
    }
}

/// Root directories of access points, by ARN, as far as EFS showed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots(BTreeMap<String, String>);

impl Roots {
    /// EFS showed the root directory of an access point.
    pub fn showed(&mut self, point: String, root: String) {
        let _ = self.0.insert(point, root);
    }

    /// The root directory, where it was shown.
    #[must_use]
    pub fn of(&self, point: &str) -> Option<&str> {
        self.0.get(point).map(String::as_str)
    }

    /// Where a folder lies that DataSync reaches as it reaches this location.
    #[must_use]
    pub fn spot(&self, by: &EfsLocation, folder: &str) -> Spot {
        self.through(by.access_point_arn.as_deref(), &by.efs_filesystem_arn, folder)
    }

    /// Where a folder of a file system lies that is reached through an access point, or not through one.
    #[must_use]
    pub fn through(&self, point: Option<&str>, file_system: &str, folder: &str) -> Spot {
        let store = file_system.to_owned();
        let Some(point) = point else { return Spot { store, folder: folder.to_owned(), below: None } };
        match self.of(point) {
            Some(root) => {
                let folder = format!("{}/{}", root.trim_end_matches('/'), folder.trim_start_matches('/'));
                Spot { store, folder, below: None }
            }
            None => Spot { store, folder: folder.to_owned(), below: Some(point.to_owned()) },
        }
    }
}
