//! What a caller of ours may do: its role's policies, judged by the same evaluator that preflight uses.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use nightferry_domain::policy::{Document, Policies, Principal, Request, Resource, evaluate};

use super::{
    action::Need,
    buckets::{Buckets, Sites},
    caller::Who,
    record::Decision,
};
use crate::upstream::{Upstream, UpstreamError, iam, lambda, states};

/// How long a role's documents are believed, in seconds. Calls that change them end it at once.
const BELIEVED_SECS: u64 = 5;

/// How a call was ruled.
#[derive(Debug, Clone)]
pub(crate) struct Ruling {
    /// For the record.
    pub decision: Decision,
    /// The role by which it was decided.
    pub principal: Option<String>,
    /// AWS's words, when it is denied.
    pub refusal: Option<String>,
    /// The owner of the bucket that an allowed call is about, where that is another account than the role's.
    pub owner: Option<String>,
}

impl Ruling {
    fn denied(role: Option<&str>, refusal: String) -> Self {
        let principal = role.map(str::to_owned);
        Self { decision: Decision::Denied, principal, refusal: Some(refusal), owner: None }
    }

    const ADMIN: Self = Self { decision: Decision::Admin, principal: None, refusal: None, owner: None };
}

/// A role, with everything that decides about its calls.
#[derive(Debug)]
struct Role {
    /// The role's ARN, path included.
    arn: String,
    /// The session under which it calls, as errors name it.
    session: String,
    documents: Vec<Document>,
}

/// Roles of a caller. A state machine's call may come from any machine of the stack, because moto does not tell which.
type Roles = Arc<Vec<Role>>;

/// The decider.
pub(crate) struct Permissions {
    account: String,
    stack: String,
    believed: Mutex<BTreeMap<String, (Instant, Roles)>>,
    buckets: Buckets,
}

impl Permissions {
    /// For the functions of one stack.
    pub(crate) fn new(account: &str, stack: &str) -> Self {
        Self {
            account: account.to_owned(),
            stack: stack.to_owned(),
            believed: Mutex::default(),
            buckets: Buckets::default(),
        }
    }

    /// The name of the deployed function that a caller says to be.
    pub(crate) fn function(&self, who: &Who) -> Option<String> {
        match who {
            Who::Function { verb, .. } => Some(format!("{}-{verb}", self.stack)),
            Who::StateMachine | Who::Other { .. } => None,
        }
    }

    /// Rules a call. Roles that the call names only by name get their real ARN on the way.
    pub(crate) async fn rule(&self, upstream: &Upstream, who: &Who, needs: &mut [Need]) -> Ruling {
        let roles = match self.roles(upstream, who).await {
            Ok(roles) => roles,
            Err(error) => return Ruling::denied(None, format!("the caller's role cannot be read: {error}")),
        };
        if roles.is_empty() {
            return Ruling::ADMIN;
        }
        spell_out(upstream, needs).await;
        let sites = match self.buckets.sites(upstream, needs).await {
            Ok(sites) => sites,
            Err(error) => return Ruling::denied(None, format!("the bucket's policy cannot be read: {error}")),
        };
        let rulings = roles.iter().map(|role| self.by_role(role, needs, &sites));
        rulings.reduce(|best, next| if best.refusal.is_none() { best } else { next }).unwrap_or(Ruling::ADMIN)
    }

    /// Rules a call that a service makes with a role it was given, as Scheduler does.
    pub(crate) async fn rule_role(
        &self,
        upstream: &Upstream,
        role_arn: &str,
        session: &str,
        need: &Need,
    ) -> Result<Ruling, UpstreamError> {
        let Some(role) = self.read(upstream, role_arn, session).await? else {
            return Ok(Ruling::denied(Some(role_arn), format!("the role {role_arn} does not exist")));
        };
        Ok(self.by_role(&role, std::slice::from_ref(need), &Sites::default()))
    }

    /// Takes note of a call that may change what roles may do.
    pub(crate) fn note(&self, service: &str, operation: &str) {
        let reads = ["Get", "List", "Describe", "Invoke", "Head"].iter().any(|verb| operation.starts_with(verb));
        if service == "cloudformation" || (service == "s3" && !reads && operation.contains("Bucket")) {
            self.buckets.forget();
        }
        // A stack's changes happen behind its calls, so even asking after it may mean that they are done.
        if service == "cloudformation" || (matches!(service, "iam" | "lambda") && !reads) {
            self.believed.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    fn by_role(&self, role: &Role, needs: &[Need], sites: &Sites) -> Ruling {
        let refusal = needs.iter().find_map(|need| self.refusal(role, need, sites));
        let decision = if refusal.is_some() { Decision::Denied } else { Decision::Allowed };
        let foreign = needs.iter().find_map(|need| sites.of(&need.resource)).map(|site| site.owner.clone());
        let owner = foreign.filter(|owner| *owner != self.account);
        Ruling { decision, principal: Some(role.arn.clone()), refusal, owner }
    }

    fn refusal(&self, role: &Role, need: &Need, sites: &Sites) -> Option<String> {
        let principal = match Principal::session(&role.arn, &role.session) {
            Ok(principal) => principal,
            Err(error) => return Some(error.to_string()),
        };
        let site = sites.of(&need.resource);
        let owner = site.map_or(&self.account, |site| &site.owner);
        let mut request = Request::new(principal, &need.action, Resource::new(&need.resource, owner));
        // Locally there is no TLS and in AWS there always is: a policy that asks for it is meant for AWS.
        request.context.set("aws:SecureTransport", vec!["true".to_owned()]);
        for (key, values) in &need.context {
            request.context.set(key, values.clone());
        }
        let resource = site.and_then(|site| site.policy.clone());
        let policies = Policies { identity: role.documents.clone(), resource, ..Policies::default() };
        evaluate(&request, &policies).denial(&request)
    }

    async fn roles(&self, upstream: &Upstream, who: &Who) -> Result<Roles, UpstreamError> {
        if matches!(who, Who::Other { .. }) {
            return Ok(Roles::default());
        }
        if let Some(roles) = self.believed_roles(who.label()) {
            return Ok(roles);
        }
        let roles = Arc::new(self.read_all(upstream, who).await?);
        let mut believed = self.believed.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = believed.insert(who.label().to_owned(), (Instant::now(), Arc::clone(&roles)));
        Ok(roles)
    }

    fn believed_roles(&self, label: &str) -> Option<Roles> {
        let believed = self.believed.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, roles) = believed.get(label)?;
        (since.elapsed() < Duration::from_secs(BELIEVED_SECS)).then(|| Arc::clone(roles))
    }

    async fn read_all(&self, upstream: &Upstream, who: &Who) -> Result<Vec<Role>, UpstreamError> {
        let mut sessions = Vec::new();
        if let Some(function) = self.function(who) {
            sessions.extend(lambda::role_arn(upstream, &function).await?.map(|role| (role, function)));
        } else {
            sessions
                .extend(states::machines(upstream).await?.into_iter().map(|machine| (machine.role_arn, machine.name)));
        }
        let mut roles = Vec::new();
        for (arn, session) in sessions {
            let role = self.read(upstream, &arn, &session).await?;
            roles.push(role.unwrap_or_else(|| self.powerless(&arn, &session)));
        }
        Ok(roles)
    }

    async fn read(&self, upstream: &Upstream, arn: &str, session: &str) -> Result<Option<Role>, UpstreamError> {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let Some(found) = iam::role(upstream, name).await? else { return Ok(None) };
        let documents = found.policies.into_iter().filter_map(|policy| {
            serde_json::from_value(policy).inspect_err(|error| tracing::error!(%error, role = name, "a policy of this role is no policy and grants nothing")).ok()
        });
        let documents = documents.collect();
        Ok(Some(Role { arn: found.arn, session: self.session(name, session), documents }))
    }

    /// A role that a function names and nobody made: it may do nothing, rather than everything.
    fn powerless(&self, arn: &str, session: &str) -> Role {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        Role { arn: arn.to_owned(), session: self.session(name, session), documents: Vec::new() }
    }

    fn session(&self, role: &str, session: &str) -> String {
        format!("arn:aws:sts::{}:assumed-role/{role}/{session}", self.account)
    }
}

/// Why a rule may not call a function: the function's own policy has to admit EventBridge for this very rule. Nothing when it may.
pub(super) async fn refusal_of_rule(
    upstream: &Upstream,
    rule_arn: &str,
    function: &str,
) -> Result<Option<String>, UpstreamError> {
    let resource = lambda::policy(upstream, function).await?.and_then(|policy| serde_json::from_value(policy).ok());
    let policies = Policies { resource, ..Policies::default() };
    let target = Resource::new(function, upstream.account());
    let request = Request::new(Principal::service("events.amazonaws.com"), "lambda:InvokeFunction", target)
        .with("aws:SourceArn", rule_arn)
        .with("aws:SourceAccount", upstream.account());
    let sentence = format!(
        "events.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: {function} for {rule_arn} because the function's policy does not admit it"
    );
    Ok((!evaluate(&request, &policies).is_allowed()).then_some(sentence))
}

/// IAM's own calls name a role without its path, and a policy names it with.
async fn spell_out(upstream: &Upstream, needs: &mut [Need]) {
    for need in needs.iter_mut().filter(|need| need.action.starts_with("iam:") && need.action != "iam:PassRole") {
        let name = need.resource.split_once(":role/").map(|(_, name)| name.to_owned());
        if let Some(name) = name
            && let Ok(Some(role)) = iam::role(upstream, &name).await
        {
            need.resource = role.arn;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn role(statements: &serde_json::Value) -> Role {
        let document = serde_json::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap();
        Role {
            arn: "arn:aws:iam::123456789012:role/nightferry-open-run".to_owned(),
            session: "arn:aws:sts::123456789012:assumed-role/nightferry-open-run/nightferry-open-run".to_owned(),
            documents: vec![document],
        }
    }

    fn need(action: &str, resource: &str) -> Need {
        Need { action: action.to_owned(), resource: resource.to_owned(), context: Vec::new() }
    }

    #[test]
    fn a_role_may_do_what_its_policy_says_and_is_denied_the_rest_in_awss_words() {
        let permissions = Permissions::new("123456789012", "nightferry");
        let role = role(&json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::plans/*"}]));
        assert_eq!(
            permissions
                .by_role(&role, &[need("s3:GetObject", "arn:aws:s3:::plans/nightferry.yaml")], &Sites::default())
                .decision,
            Decision::Allowed
        );
        let ruling = permissions.by_role(
            &role,
            &[need("s3:PutObject", "arn:aws:s3:::plans/nightferry.yaml")],
            &Sites::default(),
        );
        assert_eq!(
            ruling.refusal.as_deref(),
            Some(
                "User: arn:aws:sts::123456789012:assumed-role/nightferry-open-run/nightferry-open-run is not authorized to perform: s3:PutObject \
                 on resource: \"arn:aws:s3:::plans/nightferry.yaml\" because no identity-based policy allows the s3:PutObject action"
            )
        );
    }

    #[test]
    fn every_need_of_a_call_has_to_be_allowed() {
        let permissions = Permissions::new("123456789012", "nightferry");
        let role = role(&json!([{"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}]));
        let ruling = permissions.by_role(
            &role,
            &[need("dynamodb:PutItem", "t"), need("dynamodb:ConditionCheckItem", "t")],
            &Sites::default(),
        );
        assert!(ruling.refusal.unwrap().contains("dynamodb:ConditionCheckItem"));
    }

    #[test]
    fn a_role_is_passed_only_to_the_service_that_its_policy_names() {
        let permissions = Permissions::new("123456789012", "nightferry");
        let role = role(
            &json!([{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "datasync.amazonaws.com"}}}]),
        );
        let mut pass = need("iam:PassRole", "arn:aws:iam::123456789012:role/r");
        pass.context = vec![("iam:PassedToService".to_owned(), vec!["datasync.amazonaws.com".to_owned()])];
        assert_eq!(
            permissions.by_role(&role, std::slice::from_ref(&pass), &Sites::default()).decision,
            Decision::Allowed
        );
        pass.context = vec![("iam:PassedToService".to_owned(), vec!["backup.amazonaws.com".to_owned()])];
        assert_eq!(
            permissions.by_role(&role, std::slice::from_ref(&pass), &Sites::default()).decision,
            Decision::Denied
        );
    }
}
