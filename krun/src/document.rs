//! The document that says what the machine has.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::RawFd;
use std::path::PathBuf;

use serde::Deserialize;

/// Octets of a document; one for a machine with all that it can have is a tenth of it.
const LIMIT: u64 = 1 << 16;

/// Octets of a share's tag: a guest has 36, with a NUL.
const LONGEST_TAG: usize = 35;

/// One microVM. Paths may be those of descriptors, as `/proc/self/fd/10`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Document {
    /// Virtual processors, 1 to 32.
    pub processors: u8,
    /// Octets of memory, whole MiB.
    pub memory: u64,
    /// On x86-64 an ELF file with a PVH entry, on arm64 an Image.
    pub kernel: PathBuf,
    pub initramfs: PathBuf,
    /// The kernel's whole command line, but for what describes devices.
    pub arguments: String,
    /// In the order in which the guest sees them.
    #[serde(default)]
    pub disks: Vec<Disk>,
    #[serde(default)]
    pub interfaces: Vec<Interface>,
    #[serde(default)]
    pub shares: Vec<Share>,
    /// Unix socket that listens; whoever connects to it has the link.
    pub link: Listener,
    /// Unix socket that the program makes for itself: the guest's connections to CID 2 port 1024 go there.
    pub guest: PathBuf,
    /// Whether the guest gets a virtio-gpu (macOS: Metal).
    #[serde(default)]
    pub gpu: bool,
}

/// A raw image.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Disk {
    pub file: PathBuf,
    pub read_only: bool,
}

/// A socket that somebody else made, or one that this program makes.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a link is a descriptor or a path")]
pub enum Listener {
    Descriptor(RawFd),
    Path(PathBuf),
}

/// A network interface, at one of two: a tap, which Linux only has, or a unix socket of datagrams that speaks as gvproxy's does.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Interface {
    #[cfg(target_os = "linux")]
    #[serde(default)]
    pub tap: Option<String>,
    #[serde(default)]
    pub socket: Option<PathBuf>,
    pub mac: Mac,
}

/// A directory that the guest mounts by its tag.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Share {
    pub tag: String,
    pub directory: PathBuf,
    pub read_only: bool,
}

/// A hardware address, as `02:42:ac:11:00:02`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(try_from = "String")]
pub struct Mac(pub [u8; 6]);

impl TryFrom<String> for Mac {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let octets: Option<Vec<u8>> = text.split(':').map(|part| if part.len() == 2 { u8::from_str_radix(part, 16).ok() } else { None }).collect();
        match octets.and_then(|octets| octets.try_into().ok()) {
            Some(octets) => Ok(Mac(octets)),
            None => Err(format!("{text} is no hardware address")),
        }
    }
}

impl Document {
    /// Reads a document up to its end and checks it.
    pub fn read(source: impl Read) -> Result<Document, String> {
        let mut text = String::new();
        let length = source.take(LIMIT + 1).read_to_string(&mut text).map_err(|e| format!("The document cannot be read: {e}"))?;
        if length as u64 > LIMIT {
            return Err(format!("The document is longer than {LIMIT} octets"));
        }
        let document: Document = serde_json::from_str(&text).map_err(|e| format!("The document is not understood: {e}"))?;
        document.check()?;
        Ok(document)
    }

    fn check(&self) -> Result<(), String> {
        if !(1..=32).contains(&self.processors) {
            return Err(format!("A machine has 1 to 32 processors, not {}", self.processors));
        }
        if self.memory < 64 << 20 || self.memory % (1 << 20) != 0 {
            return Err(format!("A machine has 64 MiB of memory or more, whole MiB, not {} octets", self.memory));
        }
        if self.gpu && !cfg!(feature = "gpu") {
            return Err("This hypr-krun was built without the feature gpu".into());
        }
        let devices = self.disks.len() + self.interfaces.len() + self.shares.len() + usize::from(self.gpu);
        if devices > crate::machine::DEVICES {
            return Err(format!("A machine has room for {} disks, interfaces and shares, not for {devices}", crate::machine::DEVICES));
        }
        match self.shares.iter().find(|share| !(1..=LONGEST_TAG).contains(&share.tag.len())) {
            Some(share) => return Err(format!("The tag '{}' of a share has not 1 to {LONGEST_TAG} octets", share.tag)),
            None => {}
        }
        Ok(())
    }

    /// Takes hold of the writable disks, so that no two machines write to one.
    pub fn lock_disks(&self) -> Result<Vec<File>, String> {
        self.disks.iter().filter(|disk| !disk.read_only).map(Disk::lock).collect()
    }
}

impl Disk {
    /// The lock is of the kind that QEMU takes too, over the whole file, and ends with the process.
    fn lock(&self) -> Result<File, String> {
        let file = OpenOptions::new().read(true).write(true).open(&self.file).map_err(|e| format!("The disk {} cannot be opened: {e}", self.file.display()))?;
        lock_whole(&file).map_err(|e| match e.raw_os_error() {
            Some(libc::EAGAIN) | Some(libc::EACCES) => format!("The disk {} is in use by another machine: Device or resource busy", self.file.display()),
            _ => format!("The disk {} cannot be locked: {e}", self.file.display()),
        })?;
        Ok(file)
    }
}

#[cfg(target_os = "linux")]
fn lock_whole(file: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let whole = libc::flock { l_type: libc::F_WRLCK as _, l_whence: libc::SEEK_SET as _, l_start: 0, l_len: 0, l_pid: 0 };
    // SAFETY: the descriptor is open and the structure lives through the call.
    match unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &whole) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

#[cfg(target_os = "macos")]
fn lock_whole(file: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor is open.
    match unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"processors":2,"memory":268435456,"kernel":"/k","initramfs":"/i","arguments":"quiet","disks":[{"file":"/d","readOnly":true}],
        "interfaces":[{"tap":"hy0","mac":"02:42:ac:11:00:02"}],"shares":[{"tag":"t","directory":"/s","readOnly":false}],"link":4,"guest":"guest","gpu":false}"#;

    fn refusal(text: &str) -> String {
        Document::read(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn is_read_whole() {
        let document = Document::read(WHOLE.as_bytes()).unwrap();
        assert_eq!((document.processors, document.memory, document.arguments.as_str()), (2, 256 << 20, "quiet"));
        assert!(document.disks[0].read_only);
        assert_eq!(document.interfaces[0].mac, Mac([2, 0x42, 0xac, 0x11, 0, 2]));
        assert_eq!(document.shares[0].tag, "t");
        assert!(matches!(document.link, Listener::Descriptor(4)));
    }

    #[test]
    fn as_written_for_macos_is_read_here_too() {
        let document = Document::read(WHOLE.replace("\"tap\":\"hy0\"", "\"socket\":\"/net\"").replace("\"link\":4", "\"link\":\"/link\"").as_bytes()).unwrap();
        assert!(matches!(&document.link, Listener::Path(path) if path.as_os_str() == "/link"));
        assert_eq!(document.interfaces[0].socket.as_deref(), Some(std::path::Path::new("/net")));
    }

    #[test]
    fn with_words_that_are_not_known_is_refused() {
        assert!(refusal(&WHOLE.replace("\"link\"", "\"ling\"")).contains("ling"));
        assert!(refusal(&WHOLE.replace("\"tap\"", "\"tab\"")).contains("tab"));
        assert!(refusal(&WHOLE.replace("\"link\":4", "\"link\":true")).contains("a link is a descriptor or a path"));
        assert!(refusal("").contains("not understood"));
        assert!(refusal(&" ".repeat(LIMIT as usize + 1)).contains("longer"));
    }

    #[test]
    fn with_values_out_of_range_is_refused_with_the_value() {
        assert_eq!(refusal(&WHOLE.replace(":2,", ":33,")), "A machine has 1 to 32 processors, not 33");
        assert_eq!(refusal(&WHOLE.replace("268435456", "268435457")), "A machine has 64 MiB of memory or more, whole MiB, not 268435457 octets");
        assert!(refusal(&WHOLE.replace("02:42:ac", "02:42:xy")).contains("02:42:xy:11:00:02 is no hardware address"));
        let disk = r#"{"file":"/d","readOnly":true}"#;
        assert_eq!(refusal(&WHOLE.replace(disk, &[disk; 6].join(","))), "A machine has room for 7 disks, interfaces and shares, not for 8");
        assert_eq!(refusal(&WHOLE.replace("\"t\"", "\"\"")), "The tag '' of a share has not 1 to 35 octets");
        assert!(refusal(&WHOLE.replace("\"t\"", &format!("\"{}\"", "t".repeat(36)))).contains("1 to 35 octets"));
        assert_eq!(refusal(&WHOLE.replace("\"gpu\":false", "\"gpu\":true")), "This hypr-krun was built without the feature gpu");
    }

    #[test]
    fn locks_writable_disks_against_others() {
        let file = std::env::temp_dir().join(format!("krun-lock-{}", std::process::id()));
        std::fs::write(&file, "disk").unwrap();
        let disk = Disk { file: file.clone(), read_only: false };
        let held = disk.lock().unwrap();
        let refusal = disk.lock().unwrap_err();
        assert_eq!(refusal, format!("The disk {} is in use by another machine: Device or resource busy", file.display()));
        drop(held);
        disk.lock().unwrap();
        std::fs::remove_file(&file).unwrap();
        assert!(disk.lock().unwrap_err().contains("No such file or directory"));
    }
}
