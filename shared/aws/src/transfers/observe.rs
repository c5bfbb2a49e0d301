//! `DescribeTaskExecution`, read without guessing: what the service did not say stays unsaid.

use aws_sdk_datasync::Client;
use aws_sdk_datasync::operation::describe_task_execution::DescribeTaskExecutionOutput as Told;
use aws_sdk_datasync::types::{PhaseStatus as Status, TaskExecutionResultDetail as Detail};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::observation::{
    ExecutionState, PhaseResults, PhaseStatus, ReportDelivery, TransferCounts, TransferObservation,
};
use nightferry_workflow::error::PortError;

use super::counts::GivenCounts;
use crate::sdk_error::Call;

const DESCRIBE: Call = Call::read("DataSync", "DescribeTaskExecution");

pub(super) async fn observe(client: &Client, execution: &ExecutionArn) -> Result<TransferObservation, PortError> {
    let given = GivenCounts::default();
    let told = client
        .describe_task_execution()
        .task_execution_arn(execution.as_str())
        .customize()
        .interceptor(given.clone())
        .send()
        .await
        .map_err(|error| DESCRIBE.refused(&error))?;
    Ok(observation(execution, &told, given.take()))
}

pub(super) async fn requested_at(client: &Client, execution: &ExecutionArn) -> Result<Option<Timestamp>, PortError> {
    let told = client.describe_task_execution().task_execution_arn(execution.as_str()).send().await;
    Ok(told.map_err(|error| DESCRIBE.refused(&error))?.start_time().and_then(instant))
}

fn observation(execution: &ExecutionArn, told: &Told, counts: TransferCounts) -> TransferObservation {
    let detail = told.result();
    TransferObservation {
        execution: execution.clone(),
        state: state(execution, told),
        counts,
        phases: PhaseResults {
            prepare: detail.and_then(Detail::prepare_status).map(phase),
            transfer: detail.and_then(Detail::transfer_status).map(phase),
            verify: detail.and_then(Detail::verify_status).map(phase),
        },
        error_code: detail.and_then(Detail::error_code).map(str::to_owned),
        error_detail: detail.and_then(Detail::error_detail).map(str::to_owned),
        report: report(told),
        launched_at: told.launch_time().and_then(instant),
        ended_at: told.end_time().and_then(instant),
    }
}

fn state(execution: &ExecutionArn, told: &Told) -> ExecutionState {
    let state = ExecutionState::of_datasync(told.status().map_or("", |status| status.as_str()));
    if let ExecutionState::Unrecognised(word) = &state {
        tracing::warn!(
            execution.arn = %execution,
            "DataSync gives the unknown state `{word}` for {execution}: it counts as in progress until the deadline"
        );
    }
    state
}

fn phase(status: &Status) -> PhaseStatus {
    match status.as_str() {
        "PENDING" => PhaseStatus::Pending,
        "SUCCESS" => PhaseStatus::Success,
        "ERROR" => PhaseStatus::Error,
        word => PhaseStatus::Unrecognised(word.to_owned()),
    }
}

fn report(told: &Told) -> ReportDelivery {
    if told.task_report_config().is_none() {
        return ReportDelivery::NotAsked;
    }
    let result = told.report_result();
    match result.and_then(|result| result.status()).map(phase) {
        None | Some(PhaseStatus::Pending | PhaseStatus::Unrecognised(_)) => ReportDelivery::Pending,
        Some(PhaseStatus::Success) => ReportDelivery::Delivered,
        Some(PhaseStatus::Error) => {
            let code = result.and_then(|result| result.error_code()).unwrap_or("no code");
            let detail = result.and_then(|result| result.error_detail()).unwrap_or("no reason given");
            ReportDelivery::Failed(format!("{code}: {detail}"))
        }
    }
}

fn instant(at: &DateTime) -> Option<Timestamp> {
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}
