//! What an agent is asked: one GET, every value of it encoded.

use std::net::Ipv4Addr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The port on which an agent answers until it is activated. No other is ever asked in production.
pub const PORT: u16 = 80;
/// The longest answer that is read, in bytes; a key has 29.
pub const ANSWER_BYTES_MAX: usize = 1024;
/// How long a connection may take.
pub const CONNECT_SECS_MAX: u64 = 5;
/// How long the whole answer may take: the agent tries the VPC endpoint before it answers, and AWS's own tools wait as long.
pub const ANSWER_SECS_MAX: u64 = 15;

/// For which Region and through which VPC endpoint a key is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivationRequest {
    /// The Region in which the agent will be registered, and no other.
    pub region: String,
    /// The address of the VPC endpoint's interface in the agent's subnet, not the endpoint's id.
    pub private_link_endpoint: Ipv4Addr,
}

impl ActivationRequest {
    /// Path and query. `no_redirect` asks for the bare key; older agents redirect all the same.
    #[must_use]
    pub fn target(&self) -> String {
        let endpoint = self.private_link_endpoint.to_string();
        let values = [
            ("gatewayType", "SYNC"),
            ("activationRegion", &self.region),
            ("endpointType", super::answer::PRIVATE_LINK),
            ("privateLinkEndpoint", &endpoint),
        ];
        let encoded = |(name, value): (&str, &str)| format!("{name}={}&", utf8_percent_encode(value, RESERVED));
        format!("/?{}no_redirect", values.map(encoded).concat())
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_request_is_the_documented_one() {
        let request =
            ActivationRequest { region: "ap-northeast-1".into(), private_link_endpoint: Ipv4Addr::new(10, 0, 1, 4) };
        assert_eq!(
            request.target(),
            "/?gatewayType=SYNC&activationRegion=ap-northeast-1&endpointType=PRIVATE_LINK&privateLinkEndpoint=10.0.1.4&no_redirect"
        );
    }

    proptest! {
        #[test]
        fn no_region_adds_or_changes_a_parameter(region in ".{0,40}") {
            let request = ActivationRequest { region: region.clone(), private_link_endpoint: Ipv4Addr::LOCALHOST };
            let target = request.target();
            prop_assert!(target.is_ascii() && !target.contains([' ', '#', '\r', '\n']));
            let parts: Vec<&str> = target.strip_prefix("/?").unwrap().split('&').collect();
            prop_assert_eq!(parts.len(), 5);
            let given = parts[1].strip_prefix("activationRegion=").unwrap();
            prop_assert_eq!(percent_decode_str(given).decode_utf8().unwrap(), region);
        }
    }
}
