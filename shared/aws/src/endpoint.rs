//! Which address a function may talk to: AWS's own in production, loopback in the local stage, nothing else ever.

use std::net::SocketAddr;

use crate::connect::{ConnectError, Variables};

/// The stage that runs on one machine.
const LOCAL: &str = "local";
/// Names every service's address; `AWS_ENDPOINT_URL_S3` and the like name one service's.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// The address for all clients; `None` for AWS's own.
pub(crate) fn of_function(variables: &Variables, stage: &str) -> Result<Option<String>, ConnectError> {
    if stage == LOCAL {
        return of_local_stage(variables).map(Some);
    }
    match variables.keys().find(|name| name.starts_with(ENDPOINT)) {
        Some(variable) => {
            Err(ConnectError::EndpointOutsideLocal { variable: variable.clone(), stage: stage.to_owned() })
        }
        None => Ok(None),
    }
}

fn of_local_stage(variables: &Variables) -> Result<String, ConnectError> {
    let given = variables.get(ENDPOINT).map_or("", String::as_str);
    if is_loopback(given) {
        Ok(given.to_owned())
    } else {
        Err(ConnectError::EndpointNotLoopback { given: given.to_owned() })
    }
}

/// Whether a URL names this machine. Anything that is not plainly so is not.
pub(crate) fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let is_address = authority.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    let is_name =
        authority.split_once(':').is_some_and(|(host, port)| host == "localhost" && port.parse::<u16>().is_ok());
    is_address || is_name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for here in ["http://127.0.0.1:4566", "http://127.0.0.1:4566/", "http://[::1]:80", "http://localhost:4566/x"] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in [
            "",
            "127.0.0.1:4566",
            "http://10.0.0.1:80",
            "http://localhost.example:80",
            "http://127.0.0.1:80@evil.example",
            "http://localhost:80@evil.example",
            "https://dynamodb.ap-northeast-1.amazonaws.com",
        ] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }
}
