//! hypr-virtiofsd: serves one directory of the host to one microVM, over vhost-user. What it does is the crate virtiofsd's; here stands how.

use std::error::Error;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{env, process};

use log::{LevelFilter, Log, Metadata, Record};
use vhost::vhost_user::{Error::Disconnected, Listener};
use vhost_user_backend::{Error::HandleRequest, VhostUserDaemon};
use virtiofsd::limits::setup_rlimit_nofile;
use virtiofsd::passthrough::{CachePolicy, Config, InodeFileHandlesMode, PassthroughFs};
use virtiofsd::sandbox::{Sandbox, SandboxMode};
use virtiofsd::seccomp::{enable_seccomp, SeccompAction};
use virtiofsd::vhost_user::VhostUserFsBackendBuilder;
use vm_memory::{GuestMemoryAtomic, GuestMemoryMmap};

const USAGE: &str = "hypr-virtiofsd SOCKET DIRECTORY";
/// Open files kept for the server itself: the guest's memory has up to 509 areas, of one descriptor each.
const OWN_FILES: u64 = 700;
/// With so many, each file that the guest knows can be an open one.
const ENOUGH_FILES: u64 = 1_000_000;
/// What a file server needs of root.
const CAPABILITIES: [&str; 8] = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID", "MKNOD", "SETFCAP"];
/// For opening files by their handles.
const BY_HANDLE: &str = "DAC_READ_SEARCH";

/// Warnings and errors, a line each, to standard error.
struct Lines;

impl Log for Lines {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        eprintln!("hypr-virtiofsd: {}", record.args());
    }

    fn flush(&self) {}
}

fn main() {
    let words: Vec<_> = env::args_os().skip(1).collect();
    let [socket, directory] = words.as_slice() else {
        eprintln!("usage: {USAGE}");
        process::exit(2);
    };
    log::set_logger(&Lines).expect("no logger yet");
    log::set_max_level(LevelFilter::Error);
    if let Err(e) = serve(Path::new(socket), Path::new(directory)) {
        eprintln!("hypr-virtiofsd: {e}");
        process::exit(1);
    }
}

/// Serves until the VMM hangs up.
fn serve(socket: &Path, directory: &Path) -> Result<(), Box<dyn Error>> {
    let name = directory.to_str().ok_or_else(|| format!("the name of {} is not UTF-8", directory.display()))?;
    if !directory.is_dir() {
        return Err(format!("{name} is no directory").into());
    }
    let listener = listen(socket)?;
    let limit = setup_rlimit_nofile(None)?;
    let files = limit.checked_sub(OWN_FILES).ok_or_else(|| format!("{limit} open files are too few: {OWN_FILES} and those of the guest are needed"))?;
    let handles = limit < ENOUGH_FILES; // Else each file that the guest knows stays open, which takes a third of the work.
    let mut sandbox = Sandbox::new(name.into(), SandboxMode::Namespace, vec![], vec![]);
    let mut listener = sandbox.enter(listener).map_err(|e| format!("it cannot be confined: {e}"))?;
    let config = Config {
        // A guest asks for names and sizes whenever it needs them, since the host may have changed them.
        // Content it keeps while time and size say that it is the same.
        entry_timeout: Duration::ZERO,
        attr_timeout: Duration::ZERO,
        cache_policy: CachePolicy::Auto,
        readdirplus: false, // What it would bring is out of date at once.
        inode_file_handles: if handles { InodeFileHandlesMode::Prefer } else { InodeFileHandlesMode::Never },
        guest_fd_limit: files,
        announce_submounts: true, // Inode numbers of other file systems below the directory are numbers of their own.
        xattr: true,
        root_dir: sandbox.get_root_dir(),
        proc_sfd_rawfd: sandbox.get_proc_self_fd(),
        proc_mountinfo_rawfd: sandbox.get_mountinfo_fd(),
        ..Default::default()
    };
    enable_seccomp(SeccompAction::Kill, false)?;
    keep_capabilities(handles)?;
    let files = PassthroughFs::new(config).map_err(|e| format!("{name} cannot be served: {e}"))?;
    let device = Arc::new(VhostUserFsBackendBuilder::default().set_thread_pool_size(0).build(files)?);
    let mut daemon = VhostUserDaemon::new("hypr-virtiofsd".into(), device, GuestMemoryAtomic::new(GuestMemoryMmap::new())).map_err(words)?;
    daemon.start(&mut listener).map_err(words)?;
    match daemon.wait() {
        Ok(()) | Err(HandleRequest(Disconnected)) => Ok(()),
        Err(e) => Err(words(e)),
    }
}

/// Makes the socket, with mode 0600: whoever started this gives it to the VMM's user.
fn listen(socket: &Path) -> Result<Listener, Box<dyn Error>> {
    // SAFETY: no other thread makes files yet.
    let before = unsafe { libc::umask(0o177) };
    let listener = Listener::new(socket.as_os_str().to_str().ok_or("the socket's name is not UTF-8")?, true);
    // SAFETY: as above.
    unsafe { libc::umask(before) };
    listener.map_err(|e| format!("the socket {} cannot be made: {e}", String::from_utf8_lossy(socket.as_os_str().as_bytes())).into())
}

/// Gives up all capabilities but those of a file server.
fn keep_capabilities(handles: bool) -> Result<(), Box<dyn Error>> {
    let kept = CAPABILITIES.iter().copied().chain(handles.then_some(BY_HANDLE)).collect();
    capng::clear(capng::Set::BOTH);
    capng::updatev(capng::Action::ADD, capng::Type::PERMITTED | capng::Type::EFFECTIVE, kept)
        .and_then(|()| capng::apply(capng::Set::BOTH))
        .map_err(|e| format!("capabilities cannot be given up: {e}").into())
}

fn words(e: impl std::fmt::Debug) -> Box<dyn Error> {
    format!("{e:?}").into()
}
