//! The machine that was measured on, in one line: a figure without it means nothing.

use std::fmt;
use std::process::Command;

use serde::Serialize;

/// What decides how quick anything is, and the versions of who was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    cpu: String,
    cpu_count: usize,
    kernel: String,
    /// `rustc`, `python3`, `node`; those that are here.
    versions: Vec<String>,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let versions = [["rustc", "--version"], ["python3", "--version"], ["node", "--version"]];
        Self {
            cpu: model(&cpu).unwrap_or("unknown CPU").to_owned(),
            cpu_count: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: kernel.trim().to_owned(),
            versions: versions.into_iter().filter_map(version).collect(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}, Linux {}, {}", self.cpu_count, self.cpu, self.kernel, self.versions.join(", "))
    }
}

/// Both x86 and Arm kernels tell something of the kind.
fn model(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name") || line.starts_with("CPU part"))?;
    line.split_once(':').map(|(_, name)| name.trim())
}

fn version([program, argument]: [&str; 2]) -> Option<String> {
    let told = Command::new(program).arg(argument).output().ok()?;
    let first = String::from_utf8_lossy(&told.stdout).lines().next()?.to_owned();
    Some(if first.starts_with('v') { format!("{program} {first}") } else { first })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_named_by_its_model() {
        assert_eq!(model("processor\t: 0\nmodel name\t: AMD EPYC\n"), Some("AMD EPYC"));
        assert_eq!(model(""), None);
    }
}
