//! What any operation of any service can say: the page "Common Errors" of each service's reference, and the codes by
//! which the front of every service throttles.

use super::{Busy, Code, Doubt, Refused, code};

/// For services that speak JSON.
pub(super) const JSON: &[Code] = &[
    code(400, "AccessDeniedException", Refused),
    code(403, "ExpiredTokenException", Refused),
    code(403, "IncompleteSignature", Refused),
    code(500, "InternalFailure", Doubt),
    code(403, "InvalidClientTokenId", Refused),
    code(403, "InvalidSignatureException", Refused),
    code(400, "MalformedHttpRequestException", Refused),
    code(403, "MissingAuthenticationTokenException", Refused),
    code(401, "NotAuthorized", Refused),
    code(403, "OptInRequired", Refused),
    code(400, "RequestAbortedException", Doubt),
    code(413, "RequestEntityTooLargeException", Refused),
    code(400, "RequestExpired", Refused),
    code(408, "RequestTimeoutException", Doubt),
    code(400, "SerializationException", Refused),
    code(503, "ServiceUnavailable", Doubt),
    code(400, "ThrottlingException", Busy),
    code(429, "TooManyRequestsException", Busy),
    code(404, "UnknownOperationException", Refused),
    code(403, "UnrecognizedClientException", Refused),
    code(400, "ValidationError", Refused),
    code(400, "ValidationException", Refused),
];

/// For services that speak the query protocol.
pub(super) const QUERY: &[Code] = &[
    code(403, "AccessDenied", Refused),
    code(403, "ExpiredToken", Refused),
    code(400, "IncompleteSignature", Refused),
    code(500, "InternalFailure", Doubt),
    code(400, "InvalidAction", Refused),
    code(403, "InvalidClientTokenId", Refused),
    code(400, "InvalidParameterCombination", Refused),
    code(400, "InvalidParameterValue", Refused),
    code(404, "InvalidQueryParameter", Refused),
    code(404, "MalformedQueryString", Refused),
    code(400, "MissingAction", Refused),
    code(403, "MissingAuthenticationToken", Refused),
    code(400, "MissingParameter", Refused),
    code(403, "OptInRequired", Refused),
    code(400, "RequestExpired", Refused),
    code(503, "RequestLimitExceeded", Busy),
    code(503, "ServiceUnavailable", Doubt),
    code(403, "SignatureDoesNotMatch", Refused),
    code(400, "Throttling", Busy),
    code(400, "ValidationError", Refused),
];
