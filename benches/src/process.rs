//! What the kernel tells of a process: its memory and its CPU time.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

/// What a process had used up at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// The most memory that was ever resident, in KiB.
    pub(crate) peak_kib: u32,
    /// On a CPU, all threads that still live together.
    pub(crate) cpu: Duration,
}

/// Looks at a process that lives.
pub(crate) fn usage(process: u32) -> Result<Usage> {
    let folder = PathBuf::from(format!("/proc/{process}"));
    let status = std::fs::read_to_string(folder.join("status"))?;
    let peak_kib = peak_kib(&status).context("the kernel does not tell VmHWM")?;
    let mut cpu = Duration::ZERO;
    for thread in std::fs::read_dir(folder.join("task"))? {
        // A thread may end between being listed and being read.
        let Ok(stat) = std::fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        cpu += on_cpu(&stat).context("the kernel does not tell schedstat")?;
    }
    Ok(Usage { peak_kib, cpu })
}

fn peak_kib(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The first of three numbers, in nanoseconds.
fn on_cpu(schedstat: &str) -> Option<Duration> {
    Some(Duration::from_nanos(schedstat.split_whitespace().next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_words_are_read_with_their_units() {
        assert_eq!(peak_kib("VmPeak:\t  9999 kB\nVmHWM:\t    6812 kB\nVmRSS:\t 1 kB\n"), Some(6_812));
        assert_eq!(peak_kib("Name:\tx\n"), None);
        assert_eq!(on_cpu("5190000 12 3\n"), Some(Duration::from_micros(5_190)));
    }

    #[test]
    fn this_process_has_used_memory() {
        assert!(usage(std::process::id()).unwrap().peak_kib > 0);
    }
}
