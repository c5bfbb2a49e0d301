//! Locations of file servers on the premises, which agents reach: a directory of this machine under the server's name.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::datasync::record::{Place, Shared};
use crate::datasync::refusal::Refusal;
use crate::datasync::store::{own, text};
use crate::datasync::{DataSync, ids, locations};
use crate::stand_in::Call;

/// `CreateLocationNfs`.
pub(in crate::datasync) fn create_nfs(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let agents = arns(request.pointer("/OnPremConfig/AgentArns"));
    let mut shown = Map::new();
    let _ = shown.insert("OnPremConfig".to_owned(), json!({"AgentArns": agents}));
    create(sync, call, request, Shared { scheme: "nfs", server: String::new(), agents, shown })
}

/// `CreateLocationSmb`. The password is used and never shown.
pub(in crate::datasync) fn create_smb(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let agents = arns(request.get("AgentArns"));
    let mut shown = Map::new();
    let _ = shown.insert("AgentArns".to_owned(), json!(agents));
    for name in ["User", "Domain"] {
        if let Some(value) = request.get(name) {
            let _ = shown.insert(name.to_owned(), value.clone());
        }
    }
    create(sync, call, request, Shared { scheme: "smb", server: String::new(), agents, shown })
}

fn create(sync: &Arc<DataSync>, call: &Call, request: &Value, shared: Shared) -> Result<Value, Refusal> {
    let tables = sync.store.open();
    for arn in &shared.agents {
        let is_ours = ids::account_of(arn) == call.account && tables.agents.contains_key(arn);
        if !is_ours {
            return Err(Refusal::coded("AgentNotFound", format!("Agent {} is not found.", ids::last_part(arn))));
        }
    }
    drop(tables);
    let mut shared = Shared { server: text(request, "ServerHostname").to_owned(), ..shared };
    let version = request.pointer("/MountOptions/Version").cloned().unwrap_or_else(|| json!("AUTOMATIC"));
    let _ = shared.shown.insert("MountOptions".to_owned(), json!({"Version": version}));
    Ok(locations::added(sync, call, request, Place::Shared(shared)))
}

/// `DescribeLocationNfs` and `DescribeLocationSmb`.
pub(in crate::datasync) fn describe_shared(
    sync: &Arc<DataSync>,
    call: &Call,
    request: &Value,
    scheme: &str,
) -> Result<Value, Refusal> {
    let arn = own(call, request, "LocationArn")?;
    let tables = sync.store.open();
    let location = tables.location(arn)?;
    match &location.place {
        Place::Shared(shared) if shared.scheme == scheme => Ok(location.described()),
        Place::Shared(_) | Place::Efs { .. } | Place::S3 { .. } => Err(locations::wrong_kind(arn)),
    }
}

fn arns(given: Option<&Value>) -> Vec<String> {
    let list = given.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
