//! Start and end of the local AWS: nothing beyond loopback, nothing left behind.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use super::support::start;
use nightferry_local::LocalAws;

fn pids(local: &LocalAws) -> Vec<u32> {
    local.state().children.iter().map(|child| child.pid).chain([local.state().pid]).collect()
}

fn is_running(pid: u32) -> bool {
    // A zombie has ended; only its parent has not asked yet.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

async fn gone(pids: &[u32]) {
    while pids.iter().any(|pid| is_running(*pid)) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Addresses in hexadecimal digits on which these processes listen.
fn listening(pids: &[u32]) -> BTreeSet<String> {
    let links = pids.iter().flat_map(|pid| fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten());
    let sockets: BTreeSet<String> =
        links.filter_map(|entry| fs::read_link(entry.path()).ok()?.to_str().map(str::to_owned)).collect();
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default()).concat();
    let rows = tables.lines().map(|row| row.split_whitespace().map(str::to_owned).collect::<Vec<String>>());
    let ours = rows.filter(|row| row.len() > 9 && row[3] == "0A" && sockets.contains(&format!("socket:[{}]", row[9])));
    ours.map(|row| row[1].split(':').next().unwrap().to_owned()).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn nothing_listens_beyond_loopback_and_nothing_is_left_after_down() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("loopback");
    let local = start(&dir).await.unwrap();
    let all = pids(&local);
    assert_eq!(listening(&all), BTreeSet::from(["0100007F".to_owned()]));
    let again = start(&dir).await.unwrap_err().to_string();
    assert!(again.contains("already runs"), "{again}");
    local.down().await.unwrap();
    gone(&all).await;
    assert!(LocalAws::attach(&dir).unwrap().is_none());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_ends_with_whoever_started_it() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lifeline");
    let local = start(&dir).await.unwrap();
    let all = pids(&local);
    drop(local);
    gone(&all).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_next_start_ends_what_a_killed_one_left_behind() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("killed");
    let killed = start(&dir).await.unwrap();
    let left = pids(&killed);
    let pid = rustix::process::Pid::from_raw(i32::try_from(killed.state().pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    gone(&[killed.state().pid]).await;
    let next = start(&dir).await.unwrap();
    gone(&left).await;
    next.down().await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_says_which_emulator_died() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("died");
    let local = start(&dir).await.unwrap();
    let all = pids(&local);
    let moto = rustix::process::Pid::from_raw(i32::try_from(local.state().children[1].pid).unwrap()).unwrap();
    rustix::process::kill_process(moto, rustix::process::Signal::KILL).unwrap();
    gone(&all).await;
    let said = fs::read_to_string(dir.join("serve.log")).unwrap();
    assert!(said.contains("moto has ended"), "{said}");
}
