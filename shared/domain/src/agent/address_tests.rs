//! Every spelling of an address is either the plain one of a private address, or refused.

use proptest::prelude::*;

use super::*;

fn why(given: &str) -> Option<Unfit> {
    read(given, Stage::Production).err().map(|refused| refused.why)
}

#[test]
fn a_plain_private_address_is_taken() {
    for given in ["10.0.0.5", "10.255.255.254", "172.16.0.1", "172.31.255.1", "192.168.0.1"] {
        let taken = read(given, Stage::Production).unwrap();
        assert_eq!(taken, Written::Address(AgentAddress(given.parse().unwrap())));
    }
}

#[test]
fn each_forbidden_range_is_named() {
    for (given, expected) in [
        ("", Unfit::Empty),
        ("127.0.0.1", Unfit::Loopback),
        ("127.255.255.254", Unfit::Loopback),
        ("169.254.169.254", Unfit::LinkLocal),
        ("169.254.170.2", Unfit::LinkLocal),
        ("0.0.0.0", Unfit::Unspecified),
        ("0.1.2.3", Unfit::Unspecified),
        ("224.0.0.1", Unfit::Multicast),
        ("239.255.255.255", Unfit::Multicast),
        ("240.0.0.1", Unfit::Reserved),
        ("255.255.255.255", Unfit::Reserved),
        ("8.8.8.8", Unfit::NotPrivate),
        ("9.255.255.255", Unfit::NotPrivate),
        ("11.0.0.0", Unfit::NotPrivate),
        ("172.15.255.255", Unfit::NotPrivate),
        ("172.32.0.0", Unfit::NotPrivate),
        ("192.167.255.255", Unfit::NotPrivate),
        ("192.169.0.0", Unfit::NotPrivate),
        ("168.63.129.16", Unfit::NotPrivate),
        ("100.100.100.200", Unfit::NotPrivate),
    ] {
        assert_eq!(why(given), Some(expected), "{given}");
    }
}

#[test]
fn every_odd_spelling_is_refused_whatever_it_means() {
    for given in ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "010.0.0.1", "10.1", "10.0.5", "0xa.0.0.5", "1"] {
        assert_eq!(why(given), Some(Unfit::OddSpelling), "{given}");
    }
    for given in ["::1", "[::1]", "::ffff:10.0.0.5", "::ffff:a9fe:a9fe", "[::ffff:169.254.169.254]", "fe80::1", "::"] {
        assert_eq!(why(given), Some(Unfit::Ipv6), "{given}");
    }
    for given in [
        " 10.0.0.5",
        "10.0.0.5 ",
        "10.0.0.5\n",
        "10.0.0.5:80",
        "10.0.0.5/x",
        "http://10.0.0.5",
        "user@10.0.0.5",
        "10.0.0.5#",
        "10.0.0.5?x",
        "10.0.0.5.",
        ".10.0.0.5",
        "10..0.5",
        "10.0.0.-5",
        "10.0.0.%35",
        "１０.0.0.5",
        "10。0。0。5",
        "10.0.0.5\0",
        "fe80::1%eth0",
    ] {
        assert_eq!(why(given), Some(Unfit::NotAHost), "{given:?}");
    }
    assert_eq!(why("10.0.0.256"), Some(Unfit::OddSpelling));
}

#[test]
fn loopback_is_for_the_local_stage_alone() {
    assert!(read("127.0.0.1", Stage::Local).is_ok());
    assert!(pin("localhost", &["127.0.0.1".parse().unwrap()], Stage::Local).is_ok());
    for given in ["169.254.169.254", "0.0.0.0", "8.8.8.8", "0x7f.1", "::1"] {
        assert!(read(given, Stage::Local).is_err(), "{given}");
    }
}

#[test]
fn a_name_is_taken_in_lower_case_and_is_no_address_yet() {
    assert_eq!(read("Agent.Example.COM", Stage::Production), Ok(Written::Name("agent.example.com".into())));
    assert_eq!(read("localhost", Stage::Production), Ok(Written::Name("localhost".into())));
    assert_eq!(why(&"a".repeat(64)), Some(Unfit::NotAHost));
    assert_eq!(why(&["a"; 128].join(".")), Some(Unfit::NotAHost));
    assert!(read(&["a"; 127].join("."), Stage::Production).is_ok());
}

fn pinned(resolved: &[&str]) -> Result<String, Unfit> {
    let resolved: Vec<IpAddr> = resolved.iter().map(|ip| ip.parse().unwrap()).collect();
    let pinned = pin("agent.example", &resolved, Stage::Production);
    pinned.map(|address| address.ip().to_string()).map_err(|refused| refused.why)
}

#[test]
fn a_name_is_pinned_to_its_first_ipv4_address() {
    assert_eq!(pinned(&["fd00::5", "10.0.0.5", "10.0.0.6"]), Ok("10.0.0.5".into()));
}

#[test]
fn one_forbidden_address_among_a_names_forbids_it() {
    for forbidden in ["169.254.169.254", "127.0.0.1", "8.8.8.8", "::ffff:169.254.169.254"] {
        assert!(pinned(&[forbidden, "10.0.0.5"]).is_err(), "{forbidden}");
        assert!(pinned(&["10.0.0.5", forbidden]).is_err(), "{forbidden}");
    }
    assert_eq!(pinned(&[]), Err(Unfit::Unresolved));
    assert_eq!(pinned(&["fd00::5"]), Err(Unfit::Unresolved));
}

/// The ways in which old resolvers let one number of an address be written.
fn number(value: u64, form: u8) -> String {
    match form % 3 {
        0 => value.to_string(),
        1 => format!("0{value:o}"),
        _ => format!("0x{value:x}"),
    }
}

/// An address as `inet_aton` reads it: one to four numbers, the last of which fills what is left.
fn spelling(ip: Ipv4Addr, parts: u8, forms: [u8; 4]) -> String {
    let whole = u64::from(u32::from(ip));
    let octet = |at: usize| number(u64::from(ip.octets()[at]), forms[at]);
    let rest = |mask: u64, at: usize| number(whole & mask, forms[at]);
    match parts % 4 {
        0 => rest(0xffff_ffff, 0),
        1 => format!("{}.{}", octet(0), rest(0xff_ffff, 1)),
        2 => format!("{}.{}.{}", octet(0), octet(1), rest(0xffff, 2)),
        _ => format!("{}.{}.{}.{}", octet(0), octet(1), octet(2), rest(0xff, 3)),
    }
}

proptest! {
    #[test]
    fn whatever_is_taken_is_private_and_spelled_plainly(given in "[0-9a-fx.:\\[\\]%/@ -]{0,24}") {
        if let Ok(Written::Address(address)) = read(&given, Stage::Production) {
            prop_assert!(address.ip().is_private());
            prop_assert_eq!(address.ip().to_string(), given);
        }
    }

    #[test]
    fn no_spelling_of_an_address_but_the_plain_one_is_taken(
        ip: u32, parts: u8, forms: [u8; 4], private in any::<bool>()
    ) {
        let ip = Ipv4Addr::from(if private { (ip & 0x00ff_ffff) | 0x0a00_0000 } else { ip });
        let given = spelling(ip, parts, forms);
        let taken = read(&given, Stage::Production);
        if given == ip.to_string() {
            prop_assert_eq!(taken.is_ok(), ip.is_private());
        } else {
            prop_assert!(taken.is_err(), "{}", given);
        }
    }

    #[test]
    fn no_name_of_numbers_is_taken_for_a_host(label in "[a-z]{0,8}", last in "[0-9][0-9a-fx]{0,8}") {
        let given = format!("{label}.{last}");
        prop_assert!(read(&given, Stage::Production).is_err());
    }

    #[test]
    fn what_is_pinned_is_private_in_production(ips in proptest::collection::vec(any::<u32>(), 0..4)) {
        let resolved: Vec<IpAddr> = ips.iter().map(|ip| IpAddr::V4(Ipv4Addr::from(*ip))).collect();
        match pin("agent", &resolved, Stage::Production) {
            Ok(_) => prop_assert!(ips.iter().all(|ip| Ipv4Addr::from(*ip).is_private())),
            Err(_) => prop_assert!(ips.is_empty() || ips.iter().any(|ip| !Ipv4Addr::from(*ip).is_private())),
        }
    }
}
