//! Block Public Access of whole accounts, which S3 Control keeps and the emulator does not know.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hyper::Method;

/// Where S3 Control's path leads.
const PATH: &str = "/v20180820/configuration/publicAccessBlock";

/// What each account has set, as XML.
#[derive(Debug, Default)]
pub(crate) struct AccountBlocks(Mutex<BTreeMap<String, String>>);

/// Nothing is set.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotSet;

/// The operation, where a request is about it.
pub(crate) fn operation(method: &Method, path: &str) -> Option<&'static str> {
    let is_it = path.trim_end_matches('/') == PATH;
    match *method {
        Method::GET if is_it => Some("GetPublicAccessBlock"),
        Method::PUT if is_it => Some("PutPublicAccessBlock"),
        Method::DELETE if is_it => Some("DeletePublicAccessBlock"),
        _ => None,
    }
}

/// The action that IAM knows it by.
pub(crate) fn action(operation: &str) -> &'static str {
    if operation == "GetPublicAccessBlock" {
        "s3:GetAccountPublicAccessBlock"
    } else {
        "s3:PutAccountPublicAccessBlock"
    }
}

impl AccountBlocks {
    /// The body of the answer.
    pub(crate) fn answer(&self, account: &str, operation: &str, body: &[u8]) -> Result<String, NotSet> {
        let mut set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match operation {
            "GetPublicAccessBlock" => set.get(account).cloned().ok_or(NotSet),
            "PutPublicAccessBlock" => {
                let _ = set.insert(account.to_owned(), String::from_utf8_lossy(body).into_owned());
                Ok(String::new())
            }
            _ => {
                let _ = set.remove(account);
                Ok(String::new())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_account_sets_is_its_own_until_it_takes_it_back() {
        let blocks = AccountBlocks::default();
        assert_eq!(blocks.answer("1", "GetPublicAccessBlock", b""), Err(NotSet));
        assert_eq!(blocks.answer("1", "PutPublicAccessBlock", b"<x/>"), Ok(String::new()));
        assert_eq!(blocks.answer("1", "GetPublicAccessBlock", b""), Ok("<x/>".to_owned()));
        assert_eq!(blocks.answer("2", "GetPublicAccessBlock", b""), Err(NotSet));
        assert_eq!(blocks.answer("1", "DeletePublicAccessBlock", b""), Ok(String::new()));
        assert_eq!(blocks.answer("1", "GetPublicAccessBlock", b""), Err(NotSet));
    }

    #[test]
    fn only_its_own_path_is_about_it() {
        assert_eq!(operation(&Method::GET, PATH), Some("GetPublicAccessBlock"));
        assert_eq!(operation(&Method::GET, "/bucket?publicAccessBlock"), None);
        assert_eq!(operation(&Method::POST, PATH), None);
    }
}
