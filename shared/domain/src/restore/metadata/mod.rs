//! The settings of the new machine: what AWS Backup proposes, made such that a restore beside the living original works.
//!
//! `GetRecoveryPointRestoreMetadata` gives the settings as they were when the backup was made. Taken as they are they
//! mostly fail: they ask for the private address that the original still has. Every change is kept with its reason, so
//! that a person can see it before (`--dry-run`) and after (the report).

mod draft;
mod hardware;
mod network;
mod volumes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use draft::Draft;

/// Settings by key. Every value is text; what has a structure is JSON in a text.
pub type Metadata = BTreeMap<String, String>;

const PROFILE: &str = "IamInstanceProfileName";

/// What the person, or the drill, wants of the new machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// The instance profile.
    pub profile: Profile,
    /// Another subnet.
    pub subnet: Option<String>,
    /// Another type.
    pub instance_type: Option<String>,
    /// Other security groups; none keeps the original's.
    pub security_groups: Vec<String>,
    /// Whether the machine's metadata service must demand tokens.
    pub requires_imdsv2: bool,
    /// Whether the original still has its private address.
    pub original: Original,
    /// The key that volumes are encrypted with anew: where the point is a copy from another account or Region.
    pub encrypt_with: Option<String>,
    /// Whether the machine is to be removed again.
    pub is_drill: bool,
}

/// The only two profiles that AWS Backup lets a restore ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// The original's.
    Original,
    /// None.
    None,
}

/// Whether the machine that was backed up still exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Original {
    /// It does, or nobody knows: its address must not be asked for.
    MayBeThere,
    /// It is gone, and its address is free again.
    Gone,
}

/// One difference from what AWS Backup proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The setting.
    pub key: String,
    /// What was proposed; `None` where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What is asked for; `None` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Why.
    pub why: String,
}

/// The settings to ask for, and how they came about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjusted {
    /// To be sent.
    pub metadata: Metadata,
    /// The differences, one for each key at most, in the order of the keys.
    pub changes: Vec<Change>,
    /// What a person should know, and nothing can change.
    pub notes: Vec<String>,
}

/// Makes the proposed settings such that they can be asked for.
#[must_use]
pub fn adjust(proposed: &Metadata, wishes: &Wishes) -> Adjusted {
    let mut draft = Draft::of(proposed);
    profile(&mut draft, wishes);
    key_pair(&mut draft);
    hardware::adjust(&mut draft, wishes);
    network::adjust(&mut draft, wishes);
    volumes::adjust(&mut draft, wishes);
    if wishes.requires_imdsv2 {
        draft.set("RequireIMDSv2", "true", "the metadata service hands out the role's keys only against a token then");
    }
    draft.note("user data is no part of a backup: the new machine starts without it");
    draft.finish()
}

/// The profile's name: AWS Backup wants the name, though EC2 tells an ARN.
#[must_use]
pub fn profile_of(metadata: &Metadata) -> Option<&str> {
    metadata.get(PROFILE).map(|name| super::id_of(name)).filter(|name| !name.is_empty())
}

fn profile(draft: &mut Draft<'_>, wishes: &Wishes) {
    let Some(original) = draft.get(PROFILE).filter(|name| !name.is_empty()).map(str::to_owned) else { return };
    match wishes.profile {
        Profile::Original => {}
        Profile::None if wishes.is_drill => draft.remove(
            PROFILE,
            &format!("a rehearsal must not act in the name of `{original}` on what production works with"),
        ),
        Profile::None => draft.remove(
            PROFILE,
            "asked for without its instance profile: no role is passed on; attach one in EC2 afterwards",
        ),
    }
}

/// Seed 002: the console shows no key pair, but the original's key is on the volume and opens it all the same.
fn key_pair(draft: &mut Draft<'_>) {
    let named = draft.get("KeyName").map_or_else(String::new, |name| format!(" (`{name}`)"));
    draft.note(&format!(
        "the key pair can't be changed by a restore: EC2 may show none, but the original's key{named} opens the new machine"
    ));
}
