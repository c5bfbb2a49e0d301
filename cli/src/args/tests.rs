//! What words on the command line mean.

use super::*;

fn parsed(arguments: &[&str]) -> Command {
    Cli::try_parse_from([&["nightferry"], arguments].concat()).expect("a command").command
}

#[test]
fn words_to_explain_need_no_quotes_and_a_hyphen_is_one() {
    let words = |command| if let Command::Explain { words } = command { words } else { vec![] };
    assert_eq!(
        words(parsed(&["explain", "Unable", "to", "assume", "role", "--output", "json"])).join(" "),
        "Unable to assume role"
    );
    assert_eq!(words(parsed(&["explain", "-"])), ["-"]);
    assert!(Cli::try_parse_from(["nightferry", "explain"]).is_err());
}

#[test]
fn a_request_to_judge_is_a_file_or_a_hyphen() {
    for name in ["request.json", "-"] {
        let command = parsed(&["policy", "explain", "--request", name]);
        assert!(
            matches!(command, Command::Policy { command: PolicyCommand::Explain { request } } if request.to_str() == Some(name))
        );
    }
    assert!(Cli::try_parse_from(["nightferry", "policy", "explain"]).is_err());
}
