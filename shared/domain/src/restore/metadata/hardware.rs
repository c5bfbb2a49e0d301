//! What the new machine runs on: its type, and what was bought, reserved or pinned for the original alone.

use super::Wishes;
use super::draft::Draft;

const TYPE: &str = "InstanceType";

/// Settings that bind the original to something that it has, or had, for itself.
const ITS_OWN: [(&str, &str); 5] = [
    ("CapacityReservationSpecification", "a reservation made for the original may be used up, or over"),
    ("Placement", "names the zone, host or group of the original; the subnet decides on the zone"),
    ("InstanceMarketOptions", "a machine that is needed back must not wait for a spot price"),
    ("LicenseSpecifications", "licences counted for the original are not there twice"),
    ("ElasticGpuSpecification", "EC2 does not offer Elastic GPUs any more"),
];

pub(super) fn adjust(draft: &mut Draft<'_>, wishes: &Wishes) {
    pinned_host(draft);
    for (key, why) in ITS_OWN {
        draft.remove(key, why);
    }
    if let Some(wanted) = &wishes.instance_type {
        retype(draft, wanted);
    }
    let is_burstable = draft.get(TYPE).is_none_or(is_burstable);
    if !is_burstable {
        draft.remove("CreditSpecification", "only burstable types (t2, t3, t3a, t4g) have CPU credits");
    }
    if wishes.is_drill {
        draft.set("DisableApiTermination", "false", "a rehearsal's machine must be removable afterwards");
        draft.remove("HibernationOptions", "a rehearsal's machine is never put to sleep");
    }
}

/// A host or a tenancy of one's own is bought: it must not go unsaid that the new machine stands elsewhere.
fn pinned_host(draft: &mut Draft<'_>) {
    let Some(placement) = draft.json("Placement") else { return };
    let tenancy = placement.get("Tenancy").and_then(serde_json::Value::as_str).unwrap_or("default");
    if tenancy != "default" {
        draft.note(&format!(
            "the original has tenancy `{tenancy}`, the new machine the default one: change it in EC2 where a licence demands it"
        ));
    }
}

fn retype(draft: &mut Draft<'_>, wanted: &str) {
    if draft.get(TYPE) == Some(wanted) {
        return;
    }
    draft.set(TYPE, wanted, "asked for");
    draft.remove("CpuOptions", "cores and threads were chosen for the original's type");
    draft.remove("EbsOptimized", "was chosen for the original's type; EC2 knows the new type's default");
    let architecture = draft.get("Architecture").unwrap_or("the original's").to_owned();
    draft.note(&format!("type {wanted} must have the architecture of the image ({architecture}): EC2 refuses another"));
}

fn is_burstable(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or_default();
    matches!(family, "t2" | "t3" | "t3a" | "t4g")
}
