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
    let sockets = sockets_in(&fs::read_to_string("/proc/net/tcp").unwrap_or_default(), peer);
    candidates.filter(|pid| sockets.iter().any(|socket| holds(*pid, socket))).collect()
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

/// The open connections that begin at this address, as the kernel's table has them. There may be several lines of one port: it is given
/// out again for another destination, and a connection that was closed stands there for a minute more, without a socket.
fn sockets_in(table: &str, peer: SocketAddr) -> Vec<String> {
    let SocketAddr::V4(peer) = peer else { return Vec::new() };
    let wanted = format!("{:08X}:{:04X}", u32::from_ne_bytes(peer.ip().octets()), peer.port());
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<&str>>());
    let ours = lines.filter(|line| line.get(1) == Some(&wanted.as_str()));
    let inodes = ours.filter_map(|line| line.get(9).copied()).filter(|inode| *inode != "0");
    inodes.map(|inode| format!("socket:[{inode}]")).collect()
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
        let sockets = sockets_in(&fs::read_to_string("/proc/net/tcp").unwrap(), peer);
        assert!(sockets.iter().any(|socket| holds(std::process::id(), socket)), "{sockets:?}");
        assert!(descends(std::process::id(), std::os::unix::process::parent_id()));
    }

    #[test]
    fn regression_a_closed_connection_of_the_same_port_hides_nobody() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   1: 0100007F:C8D6 0100007F:C2A1 06 00000000:00000000 03:0000077A 00000000     0        0 0 3 0000000036f7c3b5
   2: 0100007F:C8D6 0100007F:11D6 01 00000000:00000000 00:00000000 00000000     0        0 4711 1 000000000f1d8444
   3: 0100007F:11D6 0100007F:C8D6 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 000000000f1d8445
";
        assert_eq!(sockets_in(table, "127.0.0.1:51414".parse().unwrap()), ["socket:[4711]"]);
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
