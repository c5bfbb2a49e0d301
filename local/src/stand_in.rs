//! What every stand-in is asked and what it answers, whichever front door carried the call.

use bytes::Bytes;

/// One call of an AWS API that the front door recognised as the stand-in's.
#[derive(Debug, Clone)]
pub struct Call {
    /// The twelve digits of the caller's account.
    pub account: String,
    /// The region of the call's credential scope.
    pub region: String,
    /// The operation's name without the service prefix, such as `StartTaskExecution`.
    pub operation: String,
    /// Who calls.
    pub caller: Caller,
    /// The body as it came.
    pub body: Bytes,
}

/// Who calls, as far as the request tells.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The app id of the user agent, such as `nightferry-start-job`.
    pub app: Option<String>,
    /// The role or user whose permissions the front door decided by.
    pub principal_arn: Option<String>,
}

/// What goes back to the caller.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The content type of the service's protocol.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
}

/// Where a stand-in puts its events, in the shape EventBridge would deliver them.
pub trait EventSink: Send + Sync {
    /// Takes one event. It must not block: the sink queues, loses or doubles as it was told to.
    fn emit(&self, event: serde_json::Value);
}

/// One use of a role by a service that was given it.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    /// ARN of the role.
    pub role: &'a str,
    /// For example `s3:PutObject`.
    pub action: &'a str,
    /// An ARN.
    pub resource: &'a str,
    /// How it was decided.
    pub is_allowed: bool,
}

/// Who keeps the record of what roles are used for.
pub trait Witness: Send + Sync {
    /// Takes note. It must not block.
    fn saw(&self, access: Access<'_>);
}
