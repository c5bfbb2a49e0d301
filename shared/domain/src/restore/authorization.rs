//! EC2's encoded refusals: found in a message, and, once STS has decoded them, turned into the statement that is missing.
//!
//! What STS gives back is a document of no published shape. Only what decides is read; anything else may be missing.

use serde::Deserialize;

use crate::outcome::{Cause, Retry};
use crate::policy::{Operator, Statement, Test};
use crate::printable::quoted;

/// In front of the code in AWS's messages.
const MARK: &str = "encoded authorization failure message:";
/// Shorter than any code that AWS makes: what is shorter is a word of the message.
const CODE_CHARS_MIN: usize = 40;
/// Conditions that narrow the missing grant. Others tell the circumstances of one request, not the purpose.
const NARROWING: [&str; 2] = ["iam:PassedToService", "kms:ViaService"];

/// The code in a message, if there is one.
#[must_use]
pub fn encoded(message: &str) -> Option<&str> {
    let lower = message.to_ascii_lowercase();
    let at = lower.find(MARK)?.checked_add(MARK.len())?;
    let rest = message.get(at..)?.trim_start();
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_=+/".contains(c))).unwrap_or(rest.len());
    rest.get(..end).filter(|code| code.len() >= CODE_CHARS_MIN)
}

/// What was refused, to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// `iam:PassRole`
    pub action: String,
    /// ARN of what it was to be done on.
    pub resource: String,
    /// ARN of the role, where the session's tells it.
    pub role: Option<String>,
    /// Whether a statement denies it: then no further Allow helps.
    pub is_denied: bool,
    /// Circumstances that narrow the missing grant, as key and values.
    pub conditions: Vec<(String, Vec<String>)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(default)]
    explicit_deny: bool,
    context: Context,
}

#[derive(Deserialize)]
struct Context {
    #[serde(default)]
    principal: Option<Who>,
    action: String,
    resource: String,
    #[serde(default)]
    conditions: Items<Condition>,
}

#[derive(Deserialize)]
struct Who {
    arn: Option<String>,
}

#[derive(Deserialize)]
struct Items<T> {
    #[serde(default = "Vec::new")]
    items: Vec<T>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { items: vec![] }
    }
}

#[derive(Deserialize)]
struct Condition {
    key: String,
    #[serde(default)]
    values: Items<Text>,
}

#[derive(Deserialize)]
struct Text {
    value: String,
}

/// Reads a decoded message; `None` where it does not tell action and resource.
#[must_use]
pub fn read(decoded: &str) -> Option<Refused> {
    let told: Told = serde_json::from_str(decoded).ok()?;
    let is_named = |text: &str| !text.is_empty() && text.len() <= 2_048 && !text.chars().any(char::is_control);
    let Context { principal, action, resource, conditions } = told.context;
    let narrowing = conditions
        .items
        .into_iter()
        .filter(|condition| NARROWING.iter().any(|key| key.eq_ignore_ascii_case(&condition.key)));
    let conditions = narrowing.map(|it| (it.key, it.values.items.into_iter().map(|text| text.value).collect()));
    (is_named(&action) && is_named(&resource)).then(|| Refused {
        role: principal.and_then(|who| role_of(&who.arn?)),
        is_denied: told.explicit_deny,
        conditions: conditions.collect(),
        action,
        resource,
    })
}

/// `arn:P:sts::ACCOUNT:assumed-role/NAME/SESSION` does not tell the role's path; where the role has one, its name is
/// right and its ARN is not.
fn role_of(session: &str) -> Option<String> {
    let (head, tail) = session.split_once(":assumed-role/")?;
    let name = tail.split('/').next()?;
    Some(format!("{}:role/{name}", head.replacen(":sts:", ":iam:", 1)))
}

impl Refused {
    /// The statement that would allow it, and nothing beside; `None` where a Deny is what stands in the way.
    #[must_use]
    pub fn missing(&self) -> Option<Statement> {
        if self.is_denied {
            return None;
        }
        let statement = Statement::allow([&self.action]).on([&self.resource]);
        Some(
            self.conditions
                .iter()
                .filter(|(_, values)| !values.is_empty())
                .fold(statement, |statement, (key, values)| {
                    statement.when(Operator::from(Test::StringEquals), key, values)
                }),
        )
    }

    /// What a person does about it. `said` are the service's own words.
    #[must_use]
    pub fn cause(&self, role: &str, said: &str) -> Cause {
        let (action, resource) = (quoted(&self.action), crate::printable::printable(&self.resource, 200));
        let who = self.role.as_deref().unwrap_or(role);
        let is_pass = action.eq_ignore_ascii_case("iam:PassRole");
        let id = if is_pass { "restore-may-not-pass-role" } else { "restore-role-denied" };
        let fix = match self.missing().and_then(|statement| serde_json::to_string(&statement).ok()) {
            Some(statement) if is_pass => format!(
                "Name the role under `restore: instance_roles` in the plan and `nightferry apply`, or add to {role}: {statement}. Or restore with --no-profile."
            ),
            Some(statement) => {
                format!("`nightferry apply` restores the restore role's policy; or add to {role}: {statement}")
            }
            None => format!(
                "A policy of {role}, its boundary, or the organization's denies it: except the role there; no Allow helps against a Deny."
            ),
        };
        let what = if self.is_denied { "is denied" } else { "may not do" };
        Cause {
            id: id.to_owned(),
            what: format!("{who} {what} {action} on {resource}"),
            fix,
            said: Some(said.to_owned()),
        }
    }

    /// The same happens again until somebody mends it.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        Retry::Useless
    }
}
