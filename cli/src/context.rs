//! The stack that a command works on, and the world that its use cases are given.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use nightferry_aws::{AwsWorld, connect, identity};
use nightferry_domain::place::Place;
use nightferry_domain::plan::{self, Plan};
use nightferry_domain::stack::Stack;

use crate::args::Globals;
use crate::exit::{Exit, Failure};

/// A stack in an account, ready to be worked on.
#[derive(Debug)]
pub(crate) struct Context {
    /// Every port of the use cases.
    pub(crate) world: AwsWorld,
    /// The clients' settings, for what only the program needs.
    pub(crate) config: aws_types::SdkConfig,
    /// The stack's names.
    pub(crate) stack: Stack,
    /// ARN of who is calling.
    pub(crate) caller: String,
}

impl Context {
    /// Connects with the person's own credentials, profile and Region.
    pub(crate) async fn connect(globals: &Globals) -> Result<Self, Failure> {
        let config = connect::for_person(globals.profile.as_deref(), globals.region.as_deref()).await;
        Self::over(config, &globals.stack).await
    }

    /// Connects to the local AWS, whatever the environment says.
    pub(crate) async fn local(variables: &BTreeMap<String, String>, stack: &str) -> Result<Self, Failure> {
        Self::over(connect::for_function(variables)?, stack).await
    }

    async fn over(config: aws_types::SdkConfig, name: &str) -> Result<Self, Failure> {
        let Some(region) = config.region().map(ToString::to_string) else {
            return Err(Failure::usage("no Region is set: give --region, or set AWS_REGION or the profile's region"));
        };
        let caller = identity::caller(&config).await.map_err(|error| {
            let words =
                format!("AWS does not say who you are: {error}. Check credentials with `aws sts get-caller-identity`");
            Failure::new(Failure::from(error).exit, words)
        })?;
        let stack = Stack { partition: caller.partition, account: caller.account, region, name: name.to_owned() };
        Ok(Self { world: AwsWorld::connect(&config, Place::of(stack.clone())), config, stack, caller: caller.arn })
    }
}

/// The beginning of a file: whatever was named by mistake, a disk image or an endless device, is not read to its end.
fn read_at_most(file: &Path, bytes: usize) -> std::io::Result<Vec<u8>> {
    let mut read = Vec::new();
    let limit = u64::try_from(bytes).unwrap_or(u64::MAX);
    let _ = std::fs::File::open(file)?.take(limit).read_to_end(&mut read)?;
    Ok(read)
}

/// Reads and checks the plan file.
pub(crate) fn read_plan(globals: &Globals) -> Result<Plan, Failure> {
    let file = globals.file.display();
    let bytes = read_at_most(&globals.file, plan::MAX_FILE_BYTES.saturating_add(1))
        .map_err(|error| Failure::usage(format!("{file}: {error}. `nightferry init` writes one")))?;
    plan::parse_bytes(&bytes)
        .map_err(|problems| Failure { exit: Exit::Usage, error: problems.in_file(&file.to_string()).into() })
}
