//! Step Functions.

use super::protocol::Protocol;
use super::{Busy, Code, Missing, Refused, Service, code, common};

const CODES: &[Code] = &[
    code(400, "ExecutionAlreadyExists", Refused),
    code(400, "ExecutionDoesNotExist", Missing),
    code(400, "ExecutionLimitExceeded", Busy),
    code(400, "InvalidArn", Refused),
    code(400, "InvalidExecutionInput", Refused),
    code(400, "InvalidName", Refused),
    code(400, "InvalidOutput", Refused),
    code(400, "InvalidToken", Refused),
    code(400, "KmsAccessDeniedException", Refused),
    code(400, "KmsInvalidStateException", Refused),
    code(400, "KmsThrottlingException", Busy),
    code(400, "StateMachineDeleting", Refused),
    code(400, "StateMachineDoesNotExist", Missing),
    code(400, "TaskDoesNotExist", Missing),
    code(400, "TaskTimedOut", Refused),
    code(400, "ValidationException", Refused),
];

pub(super) const STATES: Service = Service {
    name: "Step Functions",
    sdk: "aws-sdk-sfn",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[
        (
            "DescribeExecution",
            &[
                "ExecutionDoesNotExist",
                "InvalidArn",
                "KmsAccessDeniedException",
                "KmsInvalidStateException",
                "KmsThrottlingException",
            ],
        ),
        (
            "SendTaskSuccess",
            &[
                "InvalidOutput",
                "InvalidToken",
                "KmsAccessDeniedException",
                "KmsInvalidStateException",
                "KmsThrottlingException",
                "TaskDoesNotExist",
                "TaskTimedOut",
            ],
        ),
        (
            "StartExecution",
            &[
                "ExecutionAlreadyExists",
                "ExecutionLimitExceeded",
                "InvalidArn",
                "InvalidExecutionInput",
                "InvalidName",
                "KmsAccessDeniedException",
                "KmsInvalidStateException",
                "KmsThrottlingException",
                "StateMachineDeleting",
                "StateMachineDoesNotExist",
                "ValidationException",
            ],
        ),
    ],
};
