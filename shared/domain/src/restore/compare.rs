//! The new machine, held against what was asked for and what the point holds.

use serde::{Deserialize, Serialize};

use super::machine::{Machine, Volume};
use super::metadata::{Metadata, profile_of};
use super::{Restore, id_of};

/// One thing that was held against another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// What: `subnet`, `volume /dev/xvda`.
    pub what: String,
    /// What it has to be.
    pub wanted: String,
    /// What it is.
    pub found: String,
    /// Whether that will do. What nobody tells is never right.
    pub is_right: bool,
    /// Whether EC2 tells it at all, and the point what it has to be: without both, nothing is proved and nothing refuted.
    #[serde(default = "usually")]
    pub is_known: bool,
}

/// Almost everything is told.
const fn usually() -> bool {
    true
}

/// Everything that can be compared, in the order in which a person reads it. Nothing that was not asked for is compared.
#[must_use]
pub fn compare(restore: &Restore, machine: &Machine) -> Vec<Compared> {
    let asked = |key: &str| restore.metadata.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let status = |word: &Option<String>| word.clone().unwrap_or_else(|| "unknown".to_owned());
    let mut all = vec![
        same("state", "running", &machine.state),
        same("system status", "ok", &status(&machine.system_status)),
        same("instance status", "ok", &status(&machine.instance_status)),
    ];
    if let Some(wanted) = asked("InstanceType") {
        all.push(same("instance type", wanted, &machine.instance_type));
    }
    if let Some(wanted) = asked("SubnetId") {
        all.push(same("subnet", wanted, machine.subnet.as_deref().unwrap_or("none")));
    }
    if let Some(wanted) = groups(&restore.metadata) {
        all.push(same("security groups", &sorted(&wanted), &sorted(&machine.security_groups)));
    }
    let profile = profile_of(&restore.metadata).unwrap_or("none");
    all.push(same("instance profile", profile, machine.profile.as_deref().map_or("none", id_of)));
    if asked("RequireIMDSv2") == Some("true") {
        all.push(tokens(machine.requires_imdsv2));
    }
    all.extend(volumes(&restore.volumes, &machine.volumes));
    all
}

/// What EC2 doesn't tell may be either.
fn tokens(requires: Option<bool>) -> Compared {
    let found = requires.map_or("unknown", |does| if does { "required" } else { "optional" });
    Compared { is_known: requires.is_some(), ..same("IMDSv2", "required", found) }
}

/// A volume may have grown, but never be missing or smaller than what the point holds.
fn volumes<'a>(wanted: &'a [Volume], found: &'a [Volume]) -> impl Iterator<Item = Compared> + 'a {
    wanted.iter().map(|volume| {
        let there = found.iter().find(|other| other.device == volume.device);
        let sizes = there.and_then(|there| there.size_gib.zip(volume.size_gib));
        Compared {
            what: format!("volume {}", volume.device),
            wanted: size(volume),
            found: there.map_or_else(|| "missing".to_owned(), size),
            is_right: sizes.is_some_and(|(is, was)| is >= was),
            is_known: there.is_none() || sizes.is_some(),
        }
    })
}

fn size(volume: &Volume) -> String {
    volume.size_gib.map_or_else(|| "unknown in size".to_owned(), |gib| format!("{gib} GiB"))
}

fn same(what: &str, wanted: &str, found: &str) -> Compared {
    let (wanted, found) = (wanted.to_owned(), found.to_owned());
    Compared { what: what.to_owned(), is_right: wanted == found, is_known: true, wanted, found }
}

fn groups(metadata: &Metadata) -> Option<Vec<String>> {
    serde_json::from_str(metadata.get("SecurityGroupIds")?).ok()
}

fn sorted(groups: &[String]) -> String {
    let mut groups = groups.to_vec();
    groups.sort();
    groups.join(", ")
}

/// What is wrong, in one sentence; `None` if nothing is known to be.
#[must_use]
pub fn differences(compared: &[Compared]) -> Option<String> {
    let wrong = compared.iter().filter(|it| it.is_known && !it.is_right);
    sentence(wrong.map(|it| format!("{} is {} instead of {}", it.what, it.found, it.wanted)))
}

/// What can't be proved, in one sentence; `None` if everything is known.
#[must_use]
pub fn unknowns(compared: &[Compared]) -> Option<String> {
    let unknown = compared.iter().filter(|it| !it.is_known);
    sentence(unknown.map(|it| format!("{} is {} and has to be {}", it.what, it.found, it.wanted)))
}

fn sentence(told: impl Iterator<Item = String>) -> Option<String> {
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join(", "))
}
