//! What the process may still do once the machine is built and its guest may try to take it over: open the machine's own files, talk to one unix socket,
//! and make the system calls that libkrun needs. The user, the control group and no new privileges come from hypr-start.

mod calls;

use std::path::Path;

use landlock::{
    Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, Scope, ABI,
};

use crate::document::Document;

const NEWEST: ABI = ABI::V6;
const KVM: &str = "/dev/kvm";
/// A static program finds no getrandom() in the C library, and libkrun's random numbers come from here.
const ENTROPY: [&str; 2] = ["/dev/random", "/dev/urandom"];
const TUN: &str = "/dev/net/tun";

/// Attaches to a tap for a moment, as libkrun will, which would only say when the guest is under way that it cannot. A tap that is missing would be made, hence the question first.
pub fn attach(tap: &str) -> Result<(), String> {
    use std::os::fd::AsRawFd;
    if tap.len() >= libc::IFNAMSIZ || !is_interface(tap) {
        return Err(format!("Cannot find the tap {tap}: No such device"));
    }
    let tun = std::fs::OpenOptions::new().read(true).write(true).open(TUN).map_err(|e| format!("{TUN} cannot be opened: {e}"))?;
    // SAFETY: all zero is a valid ifreq; the name fits with its NUL; the kernel reads it during the call only.
    let result = unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        std::ptr::copy_nonoverlapping(tap.as_ptr().cast(), request.ifr_name.as_mut_ptr(), tap.len());
        request.ifr_ifru.ifru_flags = (libc::IFF_TAP | libc::IFF_NO_PI | libc::IFF_VNET_HDR) as _;
        libc::ioctl(tun.as_raw_fd(), libc::TUNSETIFF as _, &request)
    };
    match result {
        -1 => Err(format!("Cannot attach to the tap {tap}: {}", std::io::Error::last_os_error())),
        _ => Ok(()),
    }
}

/// Asks the kernel itself, since /sys may be that of another network name space.
fn is_interface(name: &str) -> bool {
    let Ok(name) = std::ffi::CString::new(name) else { return false };
    // SAFETY: the name ends in NUL and lives through the call.
    unsafe { libc::if_nametoindex(name.as_ptr()) != 0 }
}

/// From here on only what the machine needs can be done.
pub fn enter(document: &Document) -> Result<(), String> {
    confine_files(document).map_err(|e| format!("The process cannot be confined to its files: {e}"))?;
    calls::confine(!document.shares.is_empty()).map_err(|e| format!("The process cannot be confined to its system calls: {e}"))
}

/// A kernel without Landlock, or with an older one, does as much of this as it can.
fn confine_files(document: &Document) -> Result<(), Box<dyn std::error::Error>> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .no_new_privs(true);
    let device = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;
    rules = allow(rules, KVM.as_ref(), device)?;
    if document.interfaces.iter().any(|interface| interface.tap.is_some()) {
        rules = allow(rules, TUN.as_ref(), device)?;
    }
    for file in [document.kernel.as_path(), &document.initramfs, ENTROPY[0].as_ref(), ENTROPY[1].as_ref()] {
        rules = allow(rules, file, AccessFs::ReadFile.into())?;
    }
    for disk in &document.disks {
        rules = allow(rules, &disk.file, if disk.read_only { AccessFs::ReadFile.into() } else { AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate })?;
    }
    for share in &document.shares {
        let all = if share.read_only { AccessFs::ReadFile | AccessFs::ReadDir } else { AccessFs::from_all(NEWEST) & !AccessFs::Execute };
        rules = allow(rules, &share.directory, all)?;
    }
    rules.restrict_self()?;
    Ok(())
}

fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated, Box<dyn std::error::Error>> {
    Ok(rules.add_rule(PathBeneath::new(PathFd::new(path)?, access))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};
    use std::net::TcpStream;
    use std::os::unix::net::UnixStream;

    fn document(directory: &Path) -> Document {
        let kernel = directory.join("kernel");
        fs::write(&kernel, "kernel").unwrap();
        let text = format!(r#"{{"processors":1,"memory":67108864,"kernel":"{0}","initramfs":"{0}","arguments":"","link":4,"guest":"guest"}}"#, kernel.display());
        Document::read(text.as_bytes()).unwrap()
    }

    /// Both kinds of confinement are those of a thread, so each test has one of its own.
    fn confined<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
        std::thread::spawn(test).join().unwrap()
    }

    #[test]
    fn only_the_files_of_the_machine_can_be_opened() {
        if !Path::new(KVM).exists() || !is_landlocked() {
            eprintln!("skipped: this host has no /dev/kvm, or no Landlock");
            return;
        }
        let directory = std::env::temp_dir().join(format!("krun-jail-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let document = document(&directory);
        fs::write(directory.join("other"), "other").unwrap();
        let (inside, other, here) = (document.kernel.clone(), directory.join("other"), directory.clone());
        let (kernel, written, others, listed) = confined(move || {
            confine_files(&document).unwrap();
            (File::open(&inside).is_ok(), fs::write(&inside, "x").is_ok(), File::open(&other).is_ok(), fs::read_dir(&here).is_ok())
        });
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!((kernel, written, others, listed), (true, false, false, false));
    }

    fn is_landlocked() -> bool {
        fs::read_to_string("/sys/kernel/security/lsm").is_ok_and(|modules| modules.contains("landlock"))
    }

    #[test]
    fn system_calls_that_no_machine_needs_do_not_exist() {
        let (network, unix, program, executable) = confined(|| {
            // SAFETY: asks for the one attribute that a filter needs; mmap of memory of its own.
            unsafe {
                assert_eq!(0, libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
                calls::confine(false).unwrap();
                let executable = libc::mmap(std::ptr::null_mut(), 4096, libc::PROT_READ | libc::PROT_EXEC, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0);
                (
                    TcpStream::connect("127.0.0.1:1").unwrap_err().raw_os_error(),
                    UnixStream::connect("/nonexistent").unwrap_err().raw_os_error(),
                    libc::syscall(libc::SYS_execve, c"/bin/true".as_ptr(), 0, 0),
                    executable == libc::MAP_FAILED,
                )
            }
        });
        assert_eq!((network, unix, program, executable), (Some(libc::ENOSYS), Some(libc::ENOENT), -1, true));
    }

    #[test]
    fn no_other_process_gets_a_signal() {
        let (own, other, owner, user, both) = confined(|| {
            // SAFETY: asks for the one attribute that a filter needs; signals of number 0 do nothing; no user is changed to another.
            unsafe {
                assert_eq!(0, libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
                let (process, thread) = (libc::getpid(), libc::gettid());
                calls::confine(true).unwrap();
                let user = libc::geteuid();
                (
                    libc::syscall(libc::SYS_tgkill, process, thread, 0),
                    libc::syscall(libc::SYS_tgkill, 1, 1, 0),
                    libc::fcntl(0, libc::F_SETOWN, 1),
                    libc::syscall(libc::SYS_setresuid, -1, user, -1),
                    libc::syscall(libc::SYS_setresuid, user, user, user),
                )
            }
        });
        assert_eq!((own, other, owner, user, both), (0, -1, -1, 0, -1));
    }

    #[test]
    fn a_tap_that_is_missing_is_named() {
        assert_eq!(attach("no-such-tap"), Err("Cannot find the tap no-such-tap: No such device".into()));
        assert!(attach("../../class").is_err());
        assert!(attach("").is_err());
    }
}
