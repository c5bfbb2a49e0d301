//! `explain`: what a service's words or code mean, who has to act and how; from the catalogue, offline.

use std::path::Path;

use nightferry_domain::diagnosis::{Again, Diagnosis, look_up, unknown};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::Output;

#[derive(Serialize)]
struct Explained {
    known: bool,
    #[serde(flatten)]
    diagnosis: Diagnosis,
    /// Where to read on.
    page: String,
}

/// Looks words up, or what stands on standard input for a single `-`. Exit code 10 when no entry knows them.
pub(crate) fn explain(output: Output, words: &[String]) -> Result<Exit, Failure> {
    let said = match words {
        [only] if only == "-" => input::read(Path::new("-"))?,
        _ => words.join(" "),
    };
    if said.trim().is_empty() {
        return Err(Failure::usage(
            "there is nothing to explain: give the service's message, its code, or an entry's id",
        ));
    }
    let found = look_up(&said);
    let explained = explained(found);
    output.answer(&explained, || in_words(&explained))?;
    Ok(if explained.known { Exit::Ok } else { Exit::NotFound })
}

fn explained(found: Option<Diagnosis>) -> Explained {
    let diagnosis = found.unwrap_or_else(unknown);
    Explained { known: found.is_some(), diagnosis, page: format!("docs/errors.md#{}", diagnosis.id) }
}

fn in_words(explained: &Explained) -> String {
    let row = &explained.diagnosis;
    let again = match row.again {
        Again::Never => "not until somebody has mended it",
        Again::Soon => "yes, soon",
        Again::Later => "yes, after a wait",
    };
    format!(
        "{}: {}.\ndo:          {}\nwho:         {}\ntried again: {again}\nsee:         {}",
        row.id, row.why, row.fix, row.who, explained.page
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Format;

    fn exit(words: &[&str]) -> Exit {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        explain(Output::new(Format::Json), &words).expect("an answer")
    }

    #[test]
    fn a_code_a_message_in_pieces_and_an_id_are_known() {
        assert_eq!(exit(&["DstPutObjectNotPermitted"]), Exit::Ok);
        assert_eq!(exit(&["Cross-account", "pass", "role", "is", "not", "allowed"]), Exit::Ok);
        assert_eq!(exit(&["bucket-access-denied"]), Exit::Ok);
    }

    #[test]
    fn what_nobody_knows_is_not_found_and_is_said_to_be_unknown() {
        assert_eq!(exit(&["The moon is in the way"]), Exit::NotFound);
        let explained = explained(None);
        assert!(!explained.known);
        assert!(in_words(&explained).starts_with("unknown: The service's message is not in the catalogue."));
    }

    #[test]
    fn nothing_to_explain_is_a_mistake_in_usage() {
        let failure = explain(Output::new(Format::Human), &[" ".to_owned()]).expect_err("a refusal");
        assert_eq!(failure.exit, Exit::Usage);
    }

    #[test]
    fn an_answer_names_cause_fix_who_and_page() {
        let document = serde_json::to_value(explained(look_up("Cross-account pass role is not allowed"))).unwrap();
        assert_eq!(document["known"], true);
        for (key, expected) in [
            ("id", "cross-account-pass-role"),
            ("class", "permission"),
            ("who", "our-account"),
            ("again", "never"),
            ("page", "docs/errors.md#cross-account-pass-role"),
        ] {
            assert_eq!(document[key], expected, "{key}");
        }
        let words = in_words(&explained(look_up("cross-account-pass-role")));
        assert_eq!(words.lines().count(), 5, "{words}");
        assert!(words.contains("\nwho:         whoever administers our account\n"), "{words}");
    }
}
