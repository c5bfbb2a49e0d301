//! Ending the very process that made a call: the worst moment for a function to die, on order.

use std::{fs, net::SocketAddr, path::Path};

use rustix::process::{Pid, Signal, kill_process};

/// Who is to be killed.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The connection's other end: then only the process that holds it. Without one, every process of the function.
    pub peer: Option<SocketAddr>,
    /// The function's name, if the caller is a function.
    pub function: Option<String>,
    /// MiniStack, whose descendants run the functions.
    pub ministack: u32,
}

/// Kills it and says how many processes that were. Needs /proc; where there is none, nothing is killed and the log says so.
pub(super) fn kill(caller: &Caller) -> usize {
    let victims = victims(caller);
    if victims.is_empty() {
        tracing::warn!(?caller, "no process was found to be killed: the caller has hung up, or there is no /proc");
    }
    let pids = victims.into_iter().filter_map(|pid| i32::try_from(pid).ok().and_then(Pid::from_raw));
    pids.filter(|pid| kill_process(*pid, Signal::KILL).is_ok()).count()
}

/// A caller that gave up meanwhile holds its connection no more, and its neighbours at other calls are not to die for it.
fn victims(caller: &Caller) -> Vec<u32> {
    let Some(function) = caller.function.as_deref() else { return Vec::new() };
    let candidates = all_pids().filter(|pid| runs(*pid, function) && descends(*pid, caller.ministack));
    let Some(peer) = caller.peer else { return candidates.collect() };
    let Some(socket) = socket_of(peer).map(|inode| format!("socket:[{inode}]")) else { return Vec::new() };
    candidates.filter(|pid| holds(*pid, &socket)).collect()
}

fn all_pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn runs(pid: u32, function: &str) -> bool {
    let wanted = format!("AWS_LAMBDA_FUNCTION_NAME={function}");
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
}

fn descends(pid: u32, ancestor: u32) -> bool {
    let mut here = pid;
    while here > 1 {
        if here == ancestor {
            return true;
        }
        here = parent(here).unwrap_or(0);
    }
    false
}

/// The fourth field of `stat`, behind a name in brackets that may hold anything.
fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// The inode of the socket that is bound to this address.
fn socket_of(peer: SocketAddr) -> Option<u64> {
    let SocketAddr::V4(peer) = peer else { return None };
    let wanted = format!("{:08X}:{:04X}", u32::from_ne_bytes(peer.ip().octets()), peer.port());
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        (fields.get(1) == Some(&wanted.as_str())).then(|| fields.get(9)?.parse().ok()).flatten()
    })
}

fn holds(pid: u32, socket: &str) -> bool {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    entries.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|link| link == Path::new(socket))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{
        net::{TcpListener, TcpStream},
        os::unix::process::ExitStatusExt as _,
        process::Command,
    };

    use super::*;

    #[test]
    fn the_process_behind_a_connection_is_found() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let _here = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_there, peer) = listener.accept().unwrap();
        let socket = format!("socket:[{}]", socket_of(peer).unwrap());
        assert!(holds(std::process::id(), &socket));
        assert!(descends(std::process::id(), std::os::unix::process::parent_id()));
    }

    #[test]
    fn only_processes_of_the_function_are_killed() {
        let sleeper = |function: &str| {
            Command::new("sleep").arg("600").env("AWS_LAMBDA_FUNCTION_NAME", function).spawn().unwrap()
        };
        let (mut struck, mut spared) = (sleeper("nightferry-struck"), sleeper("nightferry-spared"));
        let caller =
            Caller { peer: None, function: Some("nightferry-struck".to_owned()), ministack: std::process::id() };
        let gone = Caller { peer: Some("127.0.0.1:1".parse().unwrap()), ..caller.clone() };
        assert_eq!(kill(&gone), 0, "a regression: whoever else runs the function died for a caller that had hung up");
        assert_eq!(kill(&caller), 1);
        assert_eq!(struck.wait().unwrap().signal(), Some(9));
        assert!(spared.try_wait().unwrap().is_none());
        spared.kill().unwrap();
        let _ = spared.wait().unwrap();
    }
}
