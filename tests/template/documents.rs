//! docs/permissions.md gives a reason for each action that the template grants, and for no other.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    policies::{Kind, statements},
    stack::{Stack, text},
};

type Granted = BTreeMap<String, BTreeSet<String>>;

fn granted() -> Granted {
    let mut granted = Granted::new();
    let ours = Stack::ours();
    for statement in statements(ours).into_iter().filter(|statement| statement.kind != Kind::Trust) {
        let actions = statement.actions().into_iter().map(str::to_owned).collect::<Vec<_>>();
        granted.entry(statement.owner).or_default().extend(actions);
    }
    granted
}

/// Sections are `### owner`, rows are ``| `action` | what on | why |``. A table that belongs to no owner is another matter.
fn explained(document: &str) -> Granted {
    let mut explained = Granted::new();
    let mut owner = String::new();
    for line in document.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            heading.trim_matches('`').clone_into(&mut owner);
        }
        if line.starts_with("## ") {
            owner.clear();
        }
        if let Some(row) = line.strip_prefix("| `").filter(|_| !owner.is_empty()) {
            let cells: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
            assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "a row without a reason: {line}");
            let is_new = explained.entry(owner.clone()).or_default().insert(cells[0].trim_end_matches('`').to_owned());
            assert!(is_new, "{owner}: explained twice: {line}");
        }
    }
    explained
}

#[test]
fn every_action_granted_is_explained_and_every_action_explained_is_granted() {
    assert_eq!(explained(&text("docs/permissions.md")), granted());
}

#[test]
fn the_explanations_follow_the_template_and_not_the_other_way_round() {
    let document = "### `a`\n\n| `s3:GetObject` | x | y |\n### b\n| `s3:PutObject` | x | y |\n## c\n| `a` | b |\n";
    let expected = [("a", "s3:GetObject"), ("b", "s3:PutObject")]
        .map(|(owner, action)| (owner.to_owned(), BTreeSet::from([action.to_owned()])));
    assert_eq!(explained(document), Granted::from(expected));
}
