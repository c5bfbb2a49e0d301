//! A share of the CPU, as Lambda gives it by memory size: a control group of version 1 or 2, where this machine lets us.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A function with this much memory has one whole CPU, by AWS's documentation.
const WHOLE_CPU_MB: u32 = 1769;
/// How often the share is dealt out: 20 ms is what Lambda is thought to use.
const PERIOD_US: u32 = 20_000;
/// Where control groups are, of version 1 and of version 2.
const V1: &str = "/sys/fs/cgroup/cpu";
const V2: &str = "/sys/fs/cgroup";

/// The share of CPU that goes with a memory size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) memory_mb: u32,
}

impl Share {
    /// Microseconds of CPU in each period.
    fn quota_us(self) -> u32 {
        PERIOD_US * self.memory_mb / WHOLE_CPU_MB
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = f64::from(self.quota_us()) * 100.0 / f64::from(PERIOD_US);
        write!(f, "{} MB: {percent:.1} % of a CPU", self.memory_mb)
    }
}

/// A control group of ours; it is removed when this goes.
pub(crate) struct Quota {
    folder: PathBuf,
}

impl Quota {
    /// Makes the group, or says why this machine does not have it.
    pub(crate) fn new(share: Share) -> Result<Self> {
        let is_v1 = Path::new(V1).join("cpu.cfs_quota_us").exists();
        let parent = if is_v1 { V1 } else { V2 };
        let folder = Path::new(parent).join(format!("nightferry-benches-{}", std::process::id()));
        std::fs::create_dir(&folder).with_context(|| format!("no control group can be made in {parent}"))?;
        let quota = Self { folder };
        for (file, content) in settings(share, is_v1) {
            quota.write(file, &content).with_context(|| format!("{parent} does not limit the CPU here"))?;
        }
        Ok(quota)
    }

    /// Holds a process, with all its threads, to the share from now on.
    pub(crate) fn take_in(&self, process: u32) -> Result<()> {
        self.write("cgroup.procs", &process.to_string())
    }

    fn write(&self, file: &str, content: &str) -> Result<()> {
        let path = self.folder.join(file);
        std::fs::write(&path, content).with_context(|| path.display().to_string())
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // An empty group that can't be removed costs nobody anything.
        let _ = std::fs::remove_dir(&self.folder);
    }
}

/// File and content. The quota of version 1 must not exceed the period, so that the order is free.
fn settings(share: Share, is_v1: bool) -> Vec<(&'static str, String)> {
    if is_v1 {
        vec![("cpu.cfs_period_us", PERIOD_US.to_string()), ("cpu.cfs_quota_us", share.quota_us().to_string())]
    } else {
        vec![("cpu.max", format!("{} {PERIOD_US}", share.quota_us()))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_grows_with_the_memory_as_lambda_s_does() {
        let quotas = [128, 256, 512, WHOLE_CPU_MB].map(|memory_mb| Share { memory_mb }.quota_us());
        assert_eq!(quotas, [1_447, 2_894, 5_788, PERIOD_US]);
        assert_eq!(Share { memory_mb: 128 }.to_string(), "128 MB: 7.2 % of a CPU");
    }

    #[test]
    fn both_versions_of_control_groups_are_told_the_same_share() {
        let share = Share { memory_mb: 512 };
        assert_eq!(settings(share, true)[1], ("cpu.cfs_quota_us", "5788".to_owned()));
        assert_eq!(settings(share, false), [("cpu.max", "5788 20000".to_owned())]);
    }
}
