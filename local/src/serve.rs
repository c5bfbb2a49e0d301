//! The local AWS in this process, from its set-up to its clean end.

use std::{net::Ipv4Addr, os::fd::AsFd as _, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, unix::pipe::Receiver},
    signal::unix::{SignalKind, signal},
    sync::Notify,
};

use crate::{
    account_block::AccountBlocks,
    backup::{Backup, Settings as BackupSettings},
    batch::{Batch, Settings as BatchSettings},
    datasync::{DataSync, FileSystems, Pace, Settings as DataSyncSettings},
    emulators::{self, Emulator, Spawn, Standing, Surroundings},
    front_door::{self, FrontDoor},
    interfaces::Interfaces,
    replication::Replication,
    state_file::{self, Child, State},
    tokens::Tokens,
    upstream::Upstream,
};

/// How often an emulator is started when somebody else took the free port that was found for it.
const PORT_TRIES: u32 = 3;

/// What a local AWS is started with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The repository, in which `local/requirements.txt` is.
    pub root: PathBuf,
    /// Folder for logs and state; the virtual environment is beside it.
    pub dir: PathBuf,
    /// Twelve digits.
    pub account: String,
    /// For example `ap-northeast-1`.
    pub region: String,
    /// Name of the stack whose functions are decided by their roles.
    pub stack: String,
    /// Port of the front door on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// End when standard input ends: it is a pipe from whoever started this, and closes even when that one is killed.
    pub lifeline: bool,
    /// Keep on disk what a restart of MiniStack has to find again: `POST /_local/emulators/MiniStack/restart`.
    pub is_durable: bool,
}

impl Settings {
    /// The usual ones for the repository at `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            dir: root.join("target/local-aws"),
            root,
            account: "123456789012".to_owned(),
            region: "ap-northeast-1".to_owned(),
            stack: "nightferry".to_owned(),
            port: 0,
            lifeline: false,
            is_durable: false,
        }
    }

    fn venv_dir(&self) -> PathBuf {
        self.root.join("target/local-venv")
    }
}

/// Runs the local AWS until SIGINT or SIGTERM, a stop by the admin endpoint, the end of its lifeline, or the death of an emulator, which is an error.
/// `progress` gets a line a step, `ready` the state once everything answers. Whatever the way out, no process stays behind.
pub async fn serve(settings: Settings, progress: impl Fn(&str), ready: impl FnOnce(&State)) -> anyhow::Result<()> {
    std::fs::create_dir_all(&settings.dir).with_context(|| format!("cannot make {}", settings.dir.display()))?;
    state_file::clean(&settings.dir).await?;
    let mut end = End::watch(settings.lifeline)?;
    let (requirements, venv_dir) = (settings.root.join("local/requirements.txt"), settings.venv_dir());
    let venv = tokio::select! {
        venv = emulators::ensure(&requirements, &venv_dir, &progress) => venv?,
        why = end.asked() => return interrupted(why),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))
        .await
        .with_context(|| format!("port {} on 127.0.0.1 is taken: choose another one with --port", settings.port))?;
    let around = Surroundings {
        venv,
        dir: settings.dir.clone(),
        front_door_port: listener.local_addr()?.port(),
        account: settings.account.clone(),
        region: settings.region.clone(),
        is_durable: settings.is_durable,
    };
    progress("starting MiniStack and moto");
    let mut pair = Pair::default();
    let started = tokio::select! {
        started = pair.start(&around) => started,
        why = end.asked() => interrupted(why),
    };
    let outcome = match started {
        Ok(()) => open(&settings, &around, listener, &pair, &mut end, ready).await,
        Err(error) => Err(error),
    };
    State::remove(&settings.dir);
    pair.stop().await;
    outcome
}

fn interrupted<T>(why: &str) -> anyhow::Result<T> {
    anyhow::bail!("the local AWS was stopped while it started ({why})")
}

/// The two emulators, as far as they are started.
#[derive(Default)]
struct Pair {
    ministack: Option<Arc<Standing>>,
    moto: Option<Arc<Standing>>,
}

impl Pair {
    async fn start(&mut self, around: &Surroundings) -> anyhow::Result<()> {
        let ministack = start_one(emulators::spawn_ministack, around, &mut self.ministack);
        let moto = start_one(emulators::spawn_moto, around, &mut self.moto);
        let ((), ()) = tokio::try_join!(ministack, moto)?;
        Ok(())
    }

    async fn stop(&self) {
        for emulator in [&self.moto, &self.ministack].into_iter().flatten() {
            emulator.stop().await;
        }
    }
}

/// Keeps what is started in `slot`, so that it can be stopped whatever happens next.
async fn start_one(spawn: Spawn, around: &Surroundings, slot: &mut Option<Arc<Standing>>) -> anyhow::Result<()> {
    let mut tries = 0;
    loop {
        tries += 1;
        let emulator = spawn(around, None)?;
        let _ = slot.insert(Arc::new(Standing::new(emulator.clone(), spawn, around.clone())));
        match emulator.wait_until_ready().await {
            Ok(()) => return Ok(()),
            Err(_) if tries < PORT_TRIES && emulator.lost_its_port() => emulator.stop().await,
            Err(error) => return Err(error),
        }
    }
}

async fn open(
    settings: &Settings,
    around: &Surroundings,
    listener: TcpListener,
    pair: &Pair,
    end: &mut End,
    ready: impl FnOnce(&State),
) -> anyhow::Result<()> {
    let (Some(ministack), Some(moto)) = (&pair.ministack, &pair.moto) else { anyhow::bail!("an emulator is missing") };
    let (door, outages) = front_door(settings, ministack, moto);
    let state = state(settings, around, &ministack.now(), &moto.now())?;
    state.write(&settings.dir)?;
    let mut listening = tokio::spawn(front_door::listen(Arc::clone(&door), listener, outages));
    ready(&state);
    let outcome = tokio::select! {
        _ = end.asked() => Ok(()),
        () = door.stop.notified() => Ok(()),
        death = ministack.ended() => Err(anyhow::anyhow!(death)),
        death = moto.ended() => Err(anyhow::anyhow!(death)),
        shut = &mut listening => shut.unwrap_or_else(|error| Err(error.into())),
    };
    listening.abort();
    outcome
}

fn front_door(
    settings: &Settings,
    ministack: &Arc<Standing>,
    moto: &Arc<Standing>,
) -> (Arc<FrontDoor>, front_door::Outages) {
    let upstream = Upstream::new(&ministack.now().endpoint(), &settings.account, &settings.region);
    let (faults, tokens, accesses): (_, Arc<Tokens>, Arc<front_door::Accesses>) = Default::default();
    let events = front_door::Events::start(upstream.clone(), Arc::clone(&faults));
    let datasync = datasync(&upstream, &events, &accesses);
    let replication = Replication::start(upstream.clone(), Arc::clone(&accesses) as _);
    let batch = Batch::new(BatchSettings {
        upstream: upstream.clone(),
        events: Arc::clone(&events) as _,
        replication: Arc::clone(&replication),
        witness: Arc::clone(&accesses) as _,
    });
    let backup = Backup::new(BackupSettings {
        upstream: upstream.clone(),
        events: Arc::clone(&events) as _,
        witness: Arc::clone(&accesses) as _,
        tokens: Arc::clone(&tokens),
    });
    let (outage, outages) = tokio::sync::mpsc::unbounded_channel();
    let door = FrontDoor {
        account: settings.account.clone(),
        region: settings.region.clone(),
        stack: settings.stack.clone(),
        dir: settings.dir.clone(),
        is_durable: settings.is_durable,
        ministack: Arc::clone(ministack),
        moto: Arc::clone(moto),
        machines: front_door::Machines::new(Upstream::new(&moto.now().endpoint(), &settings.account, &settings.region)),
        permissions: front_door::Permissions::new(&settings.account, &settings.stack),
        upstream,
        datasync,
        batch,
        backup,
        tokens,
        account_blocks: AccountBlocks::default(),
        interfaces: Interfaces::default(),
        replication,
        record: front_door::Record::default(),
        faults,
        events,
        client: front_door::Forwarder::new(),
        accesses,
        outage,
        stop: Arc::new(Notify::new()),
    };
    (Arc::new(door), outages)
}

fn datasync(
    upstream: &Upstream,
    events: &Arc<front_door::Events>,
    accesses: &Arc<front_door::Accesses>,
) -> Arc<DataSync> {
    DataSync::new(DataSyncSettings {
        upstream: upstream.clone(),
        events: Arc::clone(events) as _,
        file_systems: Arc::new(FileSystems::default()),
        pace: Pace::default(),
        witness: Arc::clone(accesses) as _,
    })
}

fn state(settings: &Settings, around: &Surroundings, ministack: &Emulator, moto: &Emulator) -> anyhow::Result<State> {
    let program = std::env::current_exe().context("this program does not know its own name")?;
    let program = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let child = |emulator: &Emulator, program: &str| Child {
        pid: emulator.pid,
        program: around.venv.program(program).to_string_lossy().into_owned(),
    };
    Ok(State {
        endpoint: format!("http://127.0.0.1:{}", around.front_door_port),
        pid: std::process::id(),
        program,
        children: vec![child(ministack, "ministack"), child(moto, "moto_server")],
        account: settings.account.clone(),
        region: settings.region.clone(),
        stack: settings.stack.clone(),
    })
}

/// Everything from outside that ends the local AWS.
struct End {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    lifeline: bool,
}

impl End {
    fn watch(lifeline: bool) -> anyhow::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, lifeline })
    }

    async fn asked(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = self.terminate.recv() => "SIGTERM",
            () = lifeline(self.lifeline) => "whoever started it is gone",
        }
    }
}

/// Ends with the pipe that is standard input. Anything else than a pipe cannot tell, and is not waited for.
async fn lifeline(is_watched: bool) {
    if !is_watched {
        return std::future::pending().await;
    }
    match std::io::stdin().as_fd().try_clone_to_owned().and_then(Receiver::from_owned_fd) {
        Ok(mut pipe) => while pipe.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {},
        Err(error) => {
            tracing::warn!(%error, "standard input is no pipe, so the local AWS does not end with whoever started it");
            std::future::pending::<()>().await;
        }
    }
}
