//! The decision: deny first, then whichever sides have to allow.

use super::applies::Asked;
use super::arn::Arn;
use super::document::{Document, Effect, Statement};
use super::missing;
use super::principal::Naming;
use super::request::{Principal, Request};
use super::verdict::{Decision, Missing, NearMiss, Side, StatementRef, Verdict};

/// The policies around a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// The caller's own: inline, attached, its groups'.
    pub identity: Vec<Document>,
    /// The resource's. For `sts:AssumeRole` and its kin that is the trust policy of the role.
    pub resource: Option<Document>,
    /// The caller's permissions boundary.
    pub boundary: Option<Document>,
    /// What was passed when the session was made. Empty means that nothing was, and nothing is narrowed.
    pub session: Vec<Document>,
}

impl Policies {
    /// One of a side's policies, from 0. Trust policies hang where resource policies do.
    #[must_use]
    pub fn document(&self, side: Side, policy: usize) -> Option<&Document> {
        match side {
            Side::Identity => self.identity.get(policy),
            Side::Session => self.session.get(policy),
            Side::Boundary => self.boundary.as_ref().filter(|_| policy == 0),
            Side::Resource | Side::Trust => self.resource.as_ref().filter(|_| policy == 0),
        }
    }

    /// The statement that a verdict on these policies refers to.
    #[must_use]
    pub fn statement(&self, found: &StatementRef) -> Option<&Statement> {
        self.document(found.side, found.policy)?.statements.get(found.index)
    }
}

/// Judges a request.
///
/// An explicit Deny anywhere wins. A service, a provider's user and an anonymous caller need the resource's policy
/// alone. A caller of another account needs its own side and the resource's. In the resource's account either is
/// enough, except that a role's trust and a KMS key's policy always have to allow. Boundary and session policies
/// narrow all of it, save what a resource policy grants to the very user or session.
#[must_use]
pub fn evaluate(request: &Request, policies: &Policies) -> Verdict {
    let case = Case::new(request, policies);
    if let Some(found) = case.denial() {
        return Verdict::by(Decision::ExplicitDeny, found);
    }
    match request.principal {
        Principal::Service { .. } | Principal::Federated { .. } | Principal::Anonymous => case.by_resource_alone(),
        Principal::Role(_) | Principal::User { .. } | Principal::Root { .. } => case.by_all_sides(),
    }
}

/// A request beside the policies that bear on it, by side.
struct Case<'a> {
    asked: Asked<'a>,
    sides: Vec<(Side, Vec<&'a Document>)>,
    /// Where the resource's policy hangs: `Trust` for a role that is assumed.
    resource_side: Side,
}

impl<'a> Case<'a> {
    fn new(request: &'a Request, policies: &'a Policies) -> Self {
        let resource_side = if assumes_a_role(&request.action) { Side::Trust } else { Side::Resource };
        // A role's trust policy is about assuming it; to IAM's own actions on the role it says nothing.
        let resource = policies.resource.iter().filter(|_| !in_service(request, "iam")).collect();
        let mut sides = vec![(resource_side, resource)];
        if request.principal.account().is_some() {
            sides.push((Side::Identity, policies.identity.iter().collect()));
            sides.push((Side::Boundary, policies.boundary.iter().collect()));
            sides.push((Side::Session, policies.session.iter().collect()));
        }
        let asked = Asked { request, context: request.full_context(), bounded: policies.boundary.is_some() };
        Self { asked, sides, resource_side }
    }

    fn denial(&self) -> Option<StatementRef> {
        self.sides.iter().find_map(|(side, _)| Some(self.matching(*side, Effect::Deny).next()?.1))
    }

    /// The strongest grant on a side, and of equals the first.
    fn grant(&self, side: Side) -> Option<(Naming, StatementRef)> {
        self.matching(side, Effect::Allow).reduce(|best, next| if next.0 > best.0 { next } else { best })
    }

    fn matching(&self, side: Side, effect: Effect) -> impl Iterator<Item = (Naming, StatementRef)> {
        self.statements(side).filter(move |(_, _, statement)| statement.effect == effect).filter_map(
            move |(document, found, statement)| Some((self.asked.naming(document, statement, side)?, found)),
        )
    }

    fn statements(&self, side: Side) -> impl Iterator<Item = (&'a Document, StatementRef, &'a Statement)> {
        self.documents(side).iter().copied().enumerate().flat_map(move |(policy, document)| {
            document.statements.iter().enumerate().map(move |(index, statement)| {
                (document, StatementRef { side, policy, index, sid: statement.sid.clone() }, statement)
            })
        })
    }

    fn documents(&self, side: Side) -> &[&'a Document] {
        self.sides.iter().find(|(here, _)| *here == side).map_or(&[], |(_, documents)| documents)
    }

    fn by_resource_alone(&self) -> Verdict {
        match self.grant(self.resource_side) {
            Some((_, found)) => Verdict::by(Decision::Allowed, found),
            None => self.lacking(&[self.resource_side]),
        }
    }

    fn by_all_sides(&self) -> Verdict {
        let request = self.asked.request;
        let same_account = request.principal.account() == Some(request.resource.account.as_str());
        let resource_decides = !same_account || assumes_a_role(&request.action) || uses_a_key(request);
        let granted = self.grant(self.resource_side);
        let naming = granted.as_ref().map(|(naming, _)| *naming);
        if same_account && naming == Some(Naming::Direct) {
            return Verdict::allowed(granted.map(|(_, found)| found), None, Side::Resource);
        }
        // The statement that a gatekeeping policy lacks would name the caller, and then suffice without its own side.
        let resource_suffices =
            same_account && (naming == Some(Naming::Role) || (resource_decides && naming.is_none()));
        let identity = self.grant(Side::Identity).map(|(_, found)| found);
        let lacking = self.gaps(identity.is_some() || resource_suffices, resource_decides && naming.is_none());
        if !lacking.is_empty() {
            return self.lacking(&lacking);
        }
        let granted = granted.map(|(_, found)| found);
        if resource_decides {
            Verdict::allowed(granted, identity.filter(|_| !resource_suffices), Side::Identity)
        } else {
            Verdict::allowed(identity.or(granted), None, Side::Identity)
        }
    }

    /// The sides that would have to allow and do not.
    fn gaps(&self, identity_side_allows: bool, resource_lacks: bool) -> Vec<Side> {
        let root = matches!(self.asked.request.principal, Principal::Root { .. });
        let mut gaps = Vec::new();
        if !identity_side_allows && !root {
            gaps.push(Side::Identity);
        }
        if resource_lacks {
            gaps.push(self.resource_side);
        }
        let narrowed = |side: &Side| !self.documents(*side).is_empty() && self.grant(*side).is_none();
        gaps.extend([Side::Boundary, Side::Session].into_iter().filter(narrowed));
        gaps
    }

    fn lacking(&self, sides: &[Side]) -> Verdict {
        let hopeless = sides.iter().copied().find(|side| self.is_hopeless(*side));
        let patch = |side: &Side| Missing { side: *side, statement: missing::statement(self.asked.request, *side) };
        let mut patches = sides.iter().filter(|_| hopeless.is_none()).map(patch);
        Verdict {
            decision: Decision::ImplicitDeny,
            side: hopeless.or_else(|| sides.first().copied()).unwrap_or(self.resource_side),
            decided_by: None,
            also_by: None,
            missing: patches.next().map(|patch| patch.statement),
            also_missing: patches.collect(),
            near_misses: sides.iter().flat_map(|side| self.near_misses(*side)).collect(),
        }
    }

    /// The statements on a side that would allow, did their condition hold.
    fn near_misses(&self, side: Side) -> impl Iterator<Item = NearMiss> {
        self.statements(side).filter(|(_, _, statement)| statement.effect == Effect::Allow).filter_map(
            move |(document, found, statement)| {
                let (operator, key, wanted) = self.asked.near_miss(document, statement, side)?;
                let (key, wanted) = (key.to_owned(), wanted.clone());
                let values = self.asked.context.values(&key).to_vec();
                Some(NearMiss { statement: found, operator, key, wanted, found: values })
            },
        )
    }

    /// IAM has no policies at its resources, so that no statement there would help.
    fn is_hopeless(&self, side: Side) -> bool {
        side == Side::Resource && in_service(self.asked.request, "iam")
    }
}

impl Verdict {
    fn by(decision: Decision, found: StatementRef) -> Self {
        Self {
            decision,
            side: found.side,
            decided_by: Some(found),
            also_by: None,
            missing: None,
            also_missing: Vec::new(),
            near_misses: Vec::new(),
        }
    }

    /// Allowed by `first`, or by right of `fallback` where no statement was needed.
    fn allowed(first: Option<StatementRef>, also: Option<StatementRef>, fallback: Side) -> Self {
        Self {
            decision: Decision::Allowed,
            side: first.as_ref().map_or(fallback, |found| found.side),
            decided_by: first,
            also_by: also,
            missing: None,
            also_missing: Vec::new(),
            near_misses: Vec::new(),
        }
    }
}

/// Whether the action is one that a role's trust policy decides.
pub(super) fn assumes_a_role(action: &str) -> bool {
    const TRUSTED: [&str; 5] = [
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:SetSourceIdentity",
        "sts:TagSession",
    ];
    TRUSTED.iter().any(|trusted| trusted.eq_ignore_ascii_case(action))
}

/// Whether the call is one on a KMS key, whose own policy always has to allow.
pub(super) fn uses_a_key(request: &Request) -> bool {
    let is_key = |arn: Arn<'_>| arn.service == "kms" && arn.resource.starts_with("key/");
    in_service(request, "kms") && Arn::parse(&request.resource.arn).is_some_and(is_key)
}

fn in_service(request: &Request, service: &str) -> bool {
    request.action.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(service))
}
