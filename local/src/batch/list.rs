//! `DescribeJob` and `ListJobs`.

use percent_encoding::percent_decode_str;

use super::job::Job;
use super::refusal::Refusal;
use super::status;
use super::{Batch, Call, shown, xml};

const PAGE_MAX: usize = 1000;

/// One job with everything.
pub(super) fn describe(batch: &Batch, call: &Call) -> Result<String, Refusal> {
    let job = batch.known(call)?;
    let faults = batch.faults_of(&job);
    if is_unseen(batch, &job, faults.lag_ms) {
        return Err(Refusal::missing(&job.id));
    }
    Ok(xml::document("DescribeJobResult", &xml::around("Job", &shown::described(&job, &faults, batch.now()))))
}

/// The jobs of the caller's account and region, newest first, page by page.
pub(super) fn list(batch: &Batch, call: &Call) -> Result<String, Refusal> {
    let statuses = values(&call.query, "jobStatuses");
    let is_known = |word: &String| status::ALL.iter().any(|status| status.word() == word);
    if let Some(unknown) = statuses.iter().find(|word| !is_known(word)) {
        return Err(Refusal::invalid(format!("There is no job status {unknown}.")));
    }
    let jobs = batch.store.open().clone();
    let own = jobs.iter().rev().filter(|job| job.account == call.account && job.region == call.region);
    let wanted = own.filter(|job| statuses.is_empty() || statuses.iter().any(|word| word == job.status.word()));
    let seen = wanted.filter(|job| !is_unseen(batch, job, batch.faults_of(job).lag_ms));
    let start = start(call)?;
    let size = size(call)?;
    let listed: Vec<&Job> = seen.skip(start).collect();
    let now = batch.now();
    let page = listed.iter().take(size).map(|job| shown::listed(job, &batch.faults_of(job), now));
    let page = page.map(|member| xml::around("member", &member)).collect::<String>();
    let next = (listed.len() > size).then(|| format!("jobs-{}", start + size));
    let inner = xml::optional("NextToken", next.as_deref()) + &xml::around("Jobs", &page);
    Ok(xml::document("ListJobsResult", &inner))
}

fn start(call: &Call) -> Result<usize, Refusal> {
    let Some(token) = values(&call.query, "nextToken").pop() else { return Ok(0) };
    token.strip_prefix("jobs-").and_then(|start| start.parse().ok()).ok_or_else(|| Refusal::token(&token))
}

fn size(call: &Call) -> Result<usize, Refusal> {
    let Some(asked) = values(&call.query, "maxResults").pop() else { return Ok(PAGE_MAX) };
    let size = asked.parse().ok().filter(|size| *size <= PAGE_MAX);
    let size =
        size.ok_or_else(|| Refusal::invalid(format!("maxResults has to be a number up to {PAGE_MAX}: {asked}")))?;
    Ok(if size == 0 { PAGE_MAX } else { size })
}

fn is_unseen(batch: &Batch, job: &Job, lag_ms: u64) -> bool {
    let age = batch.now().as_millisecond() - job.created.as_millisecond();
    u64::try_from(age).unwrap_or_default() < lag_ms
}

/// Every value of a query parameter, decoded.
pub(super) fn values(query: &str, name: &str) -> Vec<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let named = pairs.filter(|(key, _)| *key == name);
    named.map(|(_, value)| percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned()).collect()
}
