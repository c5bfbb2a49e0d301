//! What is read out of an agent's answer, and what a hostile one comes to.

use proptest::prelude::*;

use super::*;

const KEY: &str = "UABCQ-0DEFB-LGHIL-AUJKV-JLMNN";
const CONSOLE: &str = "https://ap-northeast-1.console.aws.amazon.com/datasync/home";

fn request() -> ActivationRequest {
    ActivationRequest { region: "ap-northeast-1".into(), private_link_endpoint: Ipv4Addr::new(10, 0, 1, 4) }
}

fn of(status: u16, location: Option<&str>, body: &[u8]) -> Result<String, AnswerRefused> {
    read(&Answer { status, location, body }, &request()).map(|key| key.reveal().to_owned())
}

fn redirect(location: &str) -> Result<String, AnswerRefused> {
    of(302, Some(location), b"")
}

fn by_the_agent(error_type: &str) -> Result<String, AnswerRefused> {
    Err(AnswerRefused::ByTheAgent { error_type: error_type.into() })
}

#[test]
fn a_bare_key_is_taken_with_the_line_break_behind_it() {
    assert_eq!(of(200, None, KEY.as_bytes()), Ok(KEY.into()));
    assert_eq!(of(200, None, format!("{KEY}\r\n").as_bytes()), Ok(KEY.into()));
}

#[test]
fn a_key_is_taken_out_of_a_redirect_wherever_the_question_mark_stands() {
    for location in [
        format!("{CONSOLE}?activationKey={KEY}"),
        format!("{CONSOLE}?region=ap-northeast-1#/agents/create?activationKey={KEY}&gatewayType=SYNC"),
        format!("/?activationKey={}", KEY.replace('-', "%2D")),
        format!(
            "{CONSOLE}?activationKey={KEY}&endpointType=PRIVATE_LINK&privateLinkEndpoint=10.0.1.4&activationRegion=ap-northeast-1"
        ),
    ] {
        assert_eq!(redirect(&location), Ok(KEY.into()), "{location}");
    }
}

#[test]
fn every_error_of_an_agent_is_told_by_its_name_in_each_form() {
    for name in ["PRIVATE_LINK_ENDPOINT_UNREACHABLE", "TIMEOUT", "SOMETHING_NEW_1"] {
        assert_eq!(redirect(&format!("{CONSOLE}?errorType={name}")), by_the_agent(name));
        assert_eq!(of(200, None, format!("errorType={name}").as_bytes()), by_the_agent(name));
        assert_eq!(of(200, None, format!("{{\"errorType\":\"{name}\"}}").as_bytes()), by_the_agent(name));
        assert_eq!(of(400, None, format!("oops errorType={name}\n").as_bytes()), by_the_agent(name));
    }
}

#[test]
fn an_error_beats_a_key() {
    assert_eq!(redirect(&format!("{CONSOLE}?activationKey={KEY}&errorType=TIMEOUT")), by_the_agent("TIMEOUT"));
}

#[test]
fn a_key_for_something_else_than_was_asked_is_refused() {
    let other = |more: &str| redirect(&format!("{CONSOLE}?activationKey={KEY}&{more}")).unwrap_err();
    assert_eq!(other("endpointType=PUBLIC"), AnswerRefused::OtherKind { kind: "PUBLIC".into() });
    let named = |refused| {
        let AnswerRefused::OtherRequest { name, .. } = refused else { panic!("{refused:?}") };
        name
    };
    assert_eq!(named(other("activationRegion=us-east-1")), "activationRegion");
    assert_eq!(named(other("privateLinkEndpoint=10.0.1.5")), "privateLinkEndpoint");
    assert_eq!(named(other("privateLinkEndpoint=vpce-0123")), "privateLinkEndpoint");
}

#[test]
fn a_redirect_to_an_address_is_no_agents_even_with_a_key() {
    for host in [
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "http://169.254.169.254:80/",
        "//169.254.169.254/",
        "http://x@169.254.169.254/",
        "http://console.aws.amazon.com@169.254.169.254/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://127.0.0.1/",
        "http://localhost/",
        "http://169.254.169.254./",
        "https://10.0.0.5\\@console.aws.amazon.com/",
    ] {
        let refused = redirect(&format!("{host}?activationKey={KEY}")).unwrap_err();
        assert!(matches!(refused, AnswerRefused::Astray { .. }), "{host}: {refused:?}");
    }
}

#[test]
fn what_is_neither_a_key_nor_an_error_is_quoted_short_and_printable() {
    let junk = of(200, None, "<html>\u{1b}[2J\u{202e}evil".as_bytes()).unwrap_err();
    assert_eq!(junk, AnswerRefused::NoKey { status: 200, begins: "<html>[2Jevil".into() });
    for (status, location) in
        [(200, None), (302, None), (302, Some(CONSOLE)), (301, Some(CONSOLE)), (500, None), (0, None)]
    {
        let refused = of(status, location, b"").unwrap_err();
        assert!(matches!(refused, AnswerRefused::NoKey { status: told, .. } if told == status), "{refused:?}");
    }
    assert!(matches!(of(201, None, KEY.as_bytes()), Err(AnswerRefused::NoKey { .. })));
    assert!(matches!(of(200, None, &[0xff; 29]), Err(AnswerRefused::NoKey { .. })));
}

#[test]
fn two_keys_are_none() {
    let both = redirect(&format!("{CONSOLE}?activationKey={KEY}&activationKey=AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"));
    assert!(matches!(both, Err(AnswerRefused::NoKey { .. })));
}

#[test]
fn an_answer_longer_than_the_limit_is_refused_whatever_it_says() {
    let padded = |spaces: usize| format!("{KEY}{}", " ".repeat(spaces));
    assert!(of(200, None, padded(ANSWER_BYTES_MAX - KEY.len()).as_bytes()).is_ok());
    assert_eq!(of(200, None, padded(ANSWER_BYTES_MAX - KEY.len() + 1).as_bytes()), Err(AnswerRefused::TooLong));
    assert_eq!(redirect(&format!("{CONSOLE}?activationKey={KEY}&x={}", "y".repeat(1024))), Err(AnswerRefused::TooLong));
}

#[test]
fn what_is_told_of_a_refusal_never_holds_a_key() {
    for location in [format!("{CONSOLE}?activationKey={KEY}&activationKey={KEY}"), format!("{CONSOLE}?key={KEY}")] {
        let refused = redirect(&location).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("0DEFB"), "{refused}");
    }
}

proptest! {
    #[test]
    fn no_answer_breaks_the_reader_and_only_a_key_is_one(
        status in prop_oneof![Just(200_u16), Just(302), any::<u16>()],
        location in proptest::option::of(".{0,80}"),
        body in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        if let Ok(key) = of(status, location.as_deref(), &body) {
            prop_assert!(ActivationKey::read(&key).is_some());
        }
    }
}
