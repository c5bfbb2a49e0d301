//! `CreateJob`.

use std::sync::Arc;

use md5::{Digest as _, Md5};
use tokio::sync::watch;

use super::job::{Counts, Job, Orders};
use super::refusal::Refusal;
use super::status::Status;
use super::{Batch, Call, asked, run, xml};

/// Takes a job; the same token with the same request is answered with the job that it made.
pub(super) async fn create(batch: &Arc<Batch>, call: &Call) -> Result<String, Refusal> {
    let wanted = asked::read(&call.body)?;
    if crate::access::account_of(&wanted.role) != call.account {
        return Err(Refusal::bad("Cross-account pass role is not allowed."));
    }
    let digest = format!("{:x}", Md5::digest(&call.body));
    let token = wanted.token.clone();
    let (id, is_new) = {
        let mut jobs = batch.store.open();
        let same = |job: &&Job| job.account == call.account && job.region == call.region && job.wanted.token == token;
        match jobs.iter().find(same) {
            Some(job) if job.digest == digest => (job.id.clone(), false),
            Some(_) => return Err(Refusal::idempotency()),
            None => {
                let job = fresh(batch, call, wanted, digest);
                let id = job.id.clone();
                jobs.push(job);
                (id, true)
            }
        }
    };
    if is_new {
        batch.tell(&id, Status::New).await;
        run::launch(batch, id.clone());
    }
    Ok(xml::document("CreateJobResult", &xml::element("JobId", &id)))
}

fn fresh(batch: &Batch, call: &Call, wanted: asked::Wanted, digest: String) -> Job {
    let (orders, _) = watch::channel(Orders::default());
    Job {
        id: uuid(),
        account: call.account.clone(),
        region: call.region.clone(),
        digest,
        status: Status::New,
        priority: wanted.priority,
        tags: wanted.tags.clone(),
        wanted,
        tasks: Counts::default(),
        reason: None,
        failures: Vec::new(),
        created: batch.now(),
        ended: None,
        suspended: None,
        generated: None,
        active: (0, None),
        orders,
    }
}

/// An id of the form in which AWS writes them.
pub(super) fn uuid() -> String {
    let (high, low) = (fastrand::u64(..), fastrand::u64(..));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high & 0xffff,
        high >> 16 & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
