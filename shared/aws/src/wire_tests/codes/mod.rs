//! Every error that is documented for the calls we make: its status on the wire, and what it means to a caller.
//!
//! One table a service: its codes, and under them the codes that each operation's reference names. The codes that any
//! call of any service can get are in [`common`]. `complete` holds the tables against the SDKs' own lists.

mod backup;
mod cloudtrail;
mod cloudwatch;
mod common;
mod datasync;
mod dynamodb;
mod ec2;
mod efs;
mod iam;
mod kms;
mod logs;
mod protocol;
mod s3;
mod s3control;
mod scheduler;
mod secrets;
mod sns;
mod states;
mod sts;

use protocol::Protocol;
pub(super) use protocol::protocol_of;

use super::wire::Operation;

/// What an error says of the request, whatever the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It was not carried out; the same request can succeed later.
    Busy,
    /// It went wrong on the service's side: whether it was carried out, nobody knows.
    Doubt,
    /// It can't succeed as it is.
    Refused,
    /// What it names is not there.
    Missing,
}

use Meaning::{Busy, Doubt, Missing, Refused};

/// One documented error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    pub(super) status: u16,
    pub(super) word: &'static str,
    pub(super) meaning: Meaning,
}

const fn code(status: u16, word: &'static str, meaning: Meaning) -> Code {
    Code { status, word, meaning }
}

/// What is documented of one service.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) name: &'static str,
    /// The crate whose sources list the errors; empty where there is none.
    pub(super) sdk: &'static str,
    protocol: Protocol,
    /// What any operation of this service can say, beside the operation's own.
    any: &'static [Code],
    /// What the operations' references name.
    codes: &'static [Code],
    /// Codes an operation.
    pub(super) operations: &'static [(&'static str, &'static [&'static str])],
}

pub(super) const SERVICES: [&Service; 17] = [
    &backup::BACKUP,
    &cloudtrail::CLOUDTRAIL,
    &cloudwatch::CLOUDWATCH,
    &datasync::DATASYNC,
    &dynamodb::DYNAMODB,
    &ec2::EC2,
    &efs::EFS,
    &iam::IAM,
    &kms::KMS,
    &logs::LOGS,
    &s3::S3,
    &s3control::S3_CONTROL,
    &scheduler::SCHEDULER,
    &secrets::SECRETS,
    &sns::SNS,
    &states::STATES,
    &sts::STS,
];

/// The service of that name.
pub(super) fn service(name: &str) -> &'static Service {
    SERVICES.into_iter().find(|service| service.name == name).unwrap_or_else(|| panic!("no table for {name}"))
}

/// Every error that is documented for the operation.
pub(super) fn documented((name, operation): Operation) -> Vec<Code> {
    let service = service(name);
    let own = service.operations.iter().find(|(of, _)| *of == operation);
    let (_, own) = own.unwrap_or_else(|| panic!("no documented errors for {name} {operation}"));
    let find = |code: &&str| {
        let found = service.codes.iter().chain(service.any).find(|known| known.word == *code);
        *found.unwrap_or_else(|| panic!("{name} has no meaning for {code}"))
    };
    let of_operation =
        |known: Code| if name == backup::BACKUP.name { backup::meaning(operation, known) } else { known };
    let mut codes: Vec<Code> = own.iter().map(find).map(of_operation).collect();
    for code in service.any {
        if !codes.iter().any(|known| known.word == code.word) {
            codes.push(*code);
        }
    }
    codes
}
