//! Who makes a call: one of our functions, the state machine engine, or anybody else.

use super::heading::Heading;
use crate::emulators::ENGINE_ACCESS_KEY;

/// How our functions' app ids begin; the verb follows.
const APP_PREFIX: &str = "nightferry-";
/// What the record calls the state machine engine.
pub(crate) const STATE_MACHINE: &str = "state-machine";
/// What the record calls everybody without a role of ours.
pub(crate) const ADMIN: &str = "admin";

/// Who makes a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Who {
    /// A program with an app id that may be one of our functions.
    Function {
        /// The app id as it came.
        app: String,
        /// What follows the prefix: `start-job`.
        verb: String,
    },
    /// moto's interpreter, on behalf of a state machine.
    StateMachine,
    /// The operator, a test, the AWS CLI.
    Other {
        /// The app id, if there is one.
        app: Option<String>,
    },
}

impl Who {
    /// Reads it from the user agent and the access key.
    pub(crate) fn of(heading: &Heading) -> Self {
        if heading.access_key.as_deref() == Some(ENGINE_ACCESS_KEY) {
            return Self::StateMachine;
        }
        match heading.app.as_deref().and_then(|app| Some((app, app.strip_prefix(APP_PREFIX)?))) {
            Some((app, verb)) => Self::Function { app: app.to_owned(), verb: verb.to_owned() },
            None => Self::Other { app: heading.app.clone() },
        }
    }

    /// The name under which the record keeps it.
    pub(crate) fn label(&self) -> &str {
        match self {
            Self::Function { app, .. } | Self::Other { app: Some(app) } => app,
            Self::StateMachine => STATE_MACHINE,
            Self::Other { app: None } => ADMIN,
        }
    }

    /// The user agent's app id.
    pub(crate) fn app(&self) -> Option<&str> {
        match self {
            Self::Function { app, .. } | Self::Other { app: Some(app) } => Some(app),
            Self::StateMachine | Self::Other { app: None } => None,
        }
    }
}
