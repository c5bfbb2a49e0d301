//! What holds of every request and every set of policies.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::{
    Decision, Document, Effect, Match, Missing, Patch, Policies, Principal, Principals, Request, Resource, Side,
    Statement, Test, Verdict, evaluate, repair,
};
use super::{OURS, ROLE, SESSION, THEIRS};

const ACTIONS: [&str; 5] = ["s3:GetObject", "s3:PutObject", "sts:AssumeRole", "kms:Decrypt", "iam:PassRole"];
const PATTERNS: [&str; 5] = ["*", "s3:*", "s3:Get*", "sts:AssumeRole", "kms:Decrypt"];
const ARNS: [&str; 4] =
    ["arn:aws:s3:::b/a", "arn:aws:s3:::b/*?${", "arn:aws:iam::123456789012:role/t", "arn:aws:kms:r:1:key/k"];
const RESOURCES: [&str; 4] = ["*", "arn:aws:s3:::b/*", "arn:aws:iam::*:role/t", "arn:aws:s3:::other"];
const CALLERS: [&str; 6] = [
    SESSION,
    ROLE,
    "arn:aws:iam::123456789012:user/ann",
    "arn:aws:iam::123456789012:root",
    "datasync.amazonaws.com",
    "anonymous",
];
const NAMED: [&str; 7] =
    [SESSION, ROLE, "arn:aws:iam::123456789012:user/ann", OURS, THEIRS, "arn:aws:iam::210987654321:role/r", "*"];

fn caller(name: &str) -> Principal {
    Principal::from_arn(name).unwrap_or(Principal::Anonymous)
}

fn request() -> impl Strategy<Value = Request> {
    (select(&CALLERS), select(&ACTIONS), select(&ARNS), select(&[OURS, THEIRS]), any::<bool>()).prop_map(
        |(who, action, arn, account, tls)| {
            Request::new(caller(who), action, Resource::new(arn, account)).with("aws:SecureTransport", tls.to_string())
        },
    )
}

fn statement(named: bool) -> impl Strategy<Value = Statement> {
    (any::<bool>(), select(&PATTERNS), select(&RESOURCES), select(&NAMED), 0..4_u8, any::<bool>()).prop_map(
        move |(allows, action, resource, who, shape, not)| {
            let mut statement = if allows { Statement::allow([action]) } else { Statement::deny([action]) };
            if not {
                statement.action = Match::NotIn([action.to_owned()].into());
            }
            if named {
                statement = statement.for_aws([who]).for_service("datasync.amazonaws.com");
            }
            match shape {
                0 => statement.on([resource]).when(Test::Bool, "aws:SecureTransport", ["true"]),
                1 if named => statement,
                _ => statement.on([resource]),
            }
        },
    )
}

fn documents(named: bool, most: usize) -> impl Strategy<Value = Vec<Document>> {
    let document = prop::collection::vec(statement(named), 1..4).prop_map(Document::new);
    prop::collection::vec(document, 0..=most)
}

fn policies() -> impl Strategy<Value = Policies> {
    (documents(false, 2), documents(true, 1), documents(false, 1), documents(false, 2)).prop_map(
        |(identity, resource, boundary, session)| Policies {
            identity,
            resource: resource.into_iter().next(),
            boundary: boundary.into_iter().next(),
            session,
        },
    )
}

fn every_document(policies: &mut Policies) -> impl Iterator<Item = &mut Document> {
    let Policies { identity, resource, boundary, session } = policies;
    identity.iter_mut().chain(resource).chain(boundary).chain(session)
}

/// Adds a statement on a side, in a document of its own where the side takes several.
fn add(policies: &mut Policies, missing: &Missing) {
    let into = |place: &mut Option<Document>| match place {
        Some(document) => document.statements.push(missing.statement.clone()),
        None => *place = Some(missing.statement.clone().into()),
    };
    match missing.side {
        Side::Identity => policies.identity.push(missing.statement.clone().into()),
        Side::Session => policies.session.push(missing.statement.clone().into()),
        Side::Boundary => into(&mut policies.boundary),
        Side::Resource | Side::Trust => into(&mut policies.resource),
    }
}

fn put(patches: &[Patch], policies: &mut Policies) {
    for patch in patches {
        patch.apply(policies);
    }
}

fn all_missing(verdict: &Verdict) -> Vec<Missing> {
    let first = verdict.missing.clone().map(|statement| Missing { side: verdict.side, statement });
    first.into_iter().chain(verdict.also_missing.clone()).collect()
}

proptest! {
    #[test]
    fn another_deny_never_turns_a_denial_into_an_allow(request in request(), policies in policies(), deny in statement(true), at in any::<prop::sample::Index>()) {
        let before = evaluate(&request, &policies).decision;
        let mut more = policies;
        let count = every_document(&mut more).count();
        prop_assume!(count > 0);
        let document = every_document(&mut more).nth(at.index(count)).expect("a document");
        document.statements.push(Statement { effect: Effect::Deny, ..deny });
        let after = evaluate(&request, &more).decision;
        prop_assert!(before == Decision::Allowed || after != Decision::Allowed);
        prop_assert!(before != Decision::ExplicitDeny || after == Decision::ExplicitDeny);
    }

    #[test]
    fn the_order_of_statements_and_documents_never_matters(request in request(), policies in policies()) {
        let mut turned = policies.clone();
        every_document(&mut turned).for_each(|document| document.statements.reverse());
        turned.identity.reverse();
        turned.session.reverse();
        let (one, other) = (evaluate(&request, &policies), evaluate(&request, &turned));
        prop_assert_eq!(one.decision, other.decision);
        prop_assert_eq!(one.missing, other.missing);
    }

    #[test]
    fn an_allow_for_another_account_never_helps(request in request(), policies in policies(), extra in statement(true)) {
        let allow = Statement { effect: Effect::Allow, principal: None, ..extra }
            .for_aws([THEIRS, "arn:aws:iam::210987654321:role/r"]);
        let before = evaluate(&request, &policies).decision;
        let mut more = policies;
        more.resource.get_or_insert_with(|| Document::new([])).statements.push(allow);
        prop_assert_eq!(before, evaluate(&request, &more).decision);
    }

    #[test]
    fn without_context_no_allow_by_a_positive_condition_remains(request in request(), policies in policies()) {
        let mut bare = request.clone();
        bare.context = super::super::Context::new();
        let mut allows_only = policies;
        every_document(&mut allows_only).for_each(|document| document.statements.retain(|one| one.effect == Effect::Allow));
        prop_assert!(!evaluate(&bare, &allows_only).is_allowed() || evaluate(&request, &allows_only).is_allowed());
    }

    #[test]
    fn a_narrower_boundary_or_session_never_allows_more(request in request(), policies in policies(), extra in statement(false)) {
        let narrowed = Policies { boundary: Some(extra.clone().into()), session: vec![extra.into()], ..policies.clone() };
        let free = Policies { boundary: None, session: Vec::new(), ..policies };
        prop_assert!(!evaluate(&request, &narrowed).is_allowed() || evaluate(&request, &free).is_allowed());
    }

    #[test]
    fn adding_all_that_is_missing_allows(request in request(), policies in policies()) {
        let verdict = evaluate(&request, &policies);
        let missing = all_missing(&verdict);
        prop_assume!(verdict.decision == Decision::ImplicitDeny && !missing.is_empty());
        prop_assume!(!(request.action.starts_with("iam:") && request.resource.account == THEIRS));
        let mut patched = policies;
        for missing in &missing {
            add(&mut patched, missing);
        }
        prop_assert!(evaluate(&request, &patched).is_allowed(), "{missing:?}");
    }

    #[test]
    fn what_is_missing_grants_nothing_to_anybody_else(one in request(), other in request()) {
        let missing = all_missing(&evaluate(&one, &Policies::default()));
        let mut patched = Policies::default();
        for missing in &missing {
            add(&mut patched, missing);
        }
        let own_root = matches!(other.principal, Principal::Root { .. }) && other.resource.account == OURS;
        // A trust policy and a key's policy hang at the one thing that they speak of.
        let hangs_there = one.action == "sts:AssumeRole" || one.action.starts_with("kms:");
        let same_resource = one.resource.arn == other.resource.arn || hangs_there;
        let same = one.action == other.action && same_resource;
        prop_assume!(!same && !own_root);
        prop_assert!(!evaluate(&other, &patched).is_allowed());
    }

    #[test]
    fn the_patches_put_in_place_allow(request in request(), policies in policies()) {
        let Some(patches) = repair(&request, &policies) else {
            let is_anonymous = request.principal == Principal::Anonymous;
            prop_assert!(is_anonymous || request.action.starts_with("iam:"), "no repair of {:?}", policies);
            return Ok(());
        };
        let mut mended = policies;
        put(&patches, &mut mended);
        prop_assert!(evaluate(&request, &mended).is_allowed());
    }

    #[test]
    fn patches_leave_every_other_call_as_it_was(request in request(), other in request(), policies in policies()) {
        // Whoever the patch names, or whom the changed policy speaks of too, is another matter.
        prop_assume!(request.principal.arn() != other.principal.arn() && request.action != other.action);
        let patches = repair(&request, &policies).unwrap_or_default();
        let mut mended = policies.clone();
        put(&patches, &mut mended);
        // A boundary and a session policy that were not there narrow nothing, and patches never make one.
        prop_assert_eq!(mended.boundary.is_some(), policies.boundary.is_some());
        prop_assert_eq!(mended.session.is_empty(), policies.session.is_empty());
        prop_assert_eq!(evaluate(&other, &mended).decision, evaluate(&other, &policies).decision);
    }

    #[test]
    fn a_deny_that_speaks_of_the_request_always_wins(request in request(), policies in policies()) {
        let mut denied = policies;
        let all = Statement::deny(["*"]).for_everyone().on(["*"]);
        denied.resource.get_or_insert_with(|| Document::new([])).statements.push(all);
        prop_assume!(!request.action.starts_with("iam:"));
        prop_assert_eq!(evaluate(&request, &denied).decision, Decision::ExplicitDeny);
    }

    #[test]
    fn the_statement_that_decided_is_one_that_was_asked(request in request(), policies in policies()) {
        let verdict = evaluate(&request, &policies);
        for found in verdict.decided_by.iter().chain(&verdict.also_by) {
            let statement = policies.statement(found).expect("the statement");
            let denies = statement.effect == Effect::Deny;
            prop_assert_eq!(denies, verdict.decision == Decision::ExplicitDeny);
        }
    }

    #[test]
    fn any_text_is_a_question_or_refused_but_never_a_panic(text in ".{0,200}") {
        let _ = text.parse::<super::super::explain::Question>();
    }

    #[test]
    fn every_document_reads_back_as_it_was_written(policies in policies()) {
        let mut policies = policies;
        for document in every_document(&mut policies) {
            prop_assert_eq!(&document.to_json().parse::<Document>().expect("own text"), &*document);
        }
    }

    #[test]
    fn any_text_is_parsed_or_refused_but_never_a_panic(text in ".{0,200}") {
        let _ = text.parse::<Document>();
    }

    #[test]
    fn everyone_is_whoever_asks(request in request()) {
        prop_assume!(request.principal.account() != Some(THEIRS) && request.resource.account == OURS);
        prop_assume!(!request.action.starts_with("iam:") && request.action != "sts:AssumeRole");
        let open = Statement::allow(["*"]).for_everyone().on(["*"]);
        prop_assert!(matches!(open.principal, Some(Match::In(Principals::Everyone))));
        let policies = Policies { resource: Some(open.into()), ..Policies::default() };
        prop_assert!(evaluate(&request, &policies).is_allowed());
    }
}
