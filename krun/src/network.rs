//! What the guest's interfaces are at. Opened before the process is confined and before the guest runs, so that what is missing is said while somebody listens.

use std::io;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use krun_devices::virtio::net::device::VirtioNetBackend;
use krun_vmm::vmm_config::net::NetworkInterfaceConfig;

use crate::document::Interface;

/// Of virtio-net, both directions: checksums are left to the other side, and so is the cutting of TCP's segments, IPv4's.
const OFFLOADS: u32 = 1 << 0 | 1 << 1 | 1 << 7 | 1 << 11;
/// IPv6's segments too, which a tap takes.
#[cfg(target_os = "linux")]
const OFFLOADS_OF_TAPS: u32 = OFFLOADS | 1 << 8 | 1 << 12;

/// The first datagram; gvproxy takes who sends it for a machine, and answers to the address that it came from.
const GREETING: &[u8] = b"VFKT";
/// Octets of the largest datagram: a segment that is not cut, as libkrun sends it. On macOS the size of the buffer is what limits it.
const LARGEST: libc::c_int = 65_550;
/// Octets that may wait for the guest.
const WAITING: libc::c_int = 7 << 20;

/// Opens what the interfaces are at, in order.
pub fn open(interfaces: &[Interface]) -> Result<Vec<NetworkInterfaceConfig>, String> {
    interfaces.iter().enumerate().map(|(index, interface)| config(index, interface)).collect()
}

fn config(index: usize, interface: &Interface) -> Result<NetworkInterfaceConfig, String> {
    let (backend, features) = match interface {
        #[cfg(target_os = "linux")]
        Interface { tap: Some(tap), socket: None, .. } => {
            crate::jail::attach(tap)?;
            (VirtioNetBackend::Tap(tap.clone()), OFFLOADS_OF_TAPS)
        }
        #[cfg(target_os = "linux")]
        Interface { tap: Some(_), socket: Some(_), .. } => return Err(format!("The network interface {index} is at a tap and at a socket")),
        Interface { socket: Some(socket), .. } => {
            let socket = connect(index, socket).map_err(|e| format!("Cannot reach the network at the socket {}: {e}", socket.display()))?;
            (VirtioNetBackend::UnixgramFd(socket.into_raw_fd()), OFFLOADS)
        }
        _ => return Err(format!("The network interface {index} is at nothing")),
    };
    Ok(NetworkInterfaceConfig { iface_id: format!("eth{index}"), backend, mac: interface.mac.0, features })
}

/// The other side answers to this socket's name, which is whole, since its directory is another.
fn connect(index: usize, peer: &Path) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::bind(std::env::current_dir()?.join(format!("net{index}")))?;
    socket.connect(peer)?;
    for (option, octets) in [(libc::SO_SNDBUF, LARGEST), (libc::SO_RCVBUF, WAITING)] {
        // SAFETY: the value lives through the call, and its size is its own.
        let result = unsafe {
            libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, option, (&raw const octets).cast(), size_of::<libc::c_int>() as libc::socklen_t)
        };
        if result < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    socket.send(GREETING)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Mac;
    use std::path::PathBuf;

    const MAC: Mac = Mac([2, 0x42, 0xac, 0x11, 0, 2]);

    fn refusal(tap: Option<&str>, socket: Option<&str>) -> String {
        open(&[Interface { tap: tap.map(str::to_string), socket: socket.map(PathBuf::from), mac: MAC }]).err().unwrap()
    }

    #[test]
    fn an_interface_is_at_one_thing_that_is_there() {
        assert_eq!(refusal(None, None), "The network interface 0 is at nothing");
        assert_eq!(refusal(Some("hy0"), Some("/net")), "The network interface 0 is at a tap and at a socket");
        assert_eq!(refusal(Some("no-such-tap"), None), "Cannot find the tap no-such-tap: No such device");
    }

    /// The names of sockets are found from the current directory, which all tests have in common: this is the only one that makes any there.
    #[test]
    fn who_has_the_network_is_greeted_and_can_answer() {
        let directory = std::env::temp_dir().join(format!("krun-net-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        std::env::set_current_dir(&directory).unwrap();
        let peer = UnixDatagram::bind(directory.join("peer")).unwrap();
        let socket = connect(3, &directory.join("peer")).unwrap();
        let mut heard = [0; LARGEST as usize];
        let (size, from) = peer.recv_from(&mut heard).unwrap();
        assert_eq!(&heard[..size], GREETING);
        assert_eq!(from.as_pathname(), Some(directory.join("net3").as_path()));
        peer.send_to(b"frame", from.as_pathname().unwrap()).unwrap();
        assert_eq!((socket.recv(&mut heard).unwrap(), &heard[..5]), (5, b"frame".as_slice()));
        assert_eq!(socket.send(&[7; LARGEST as usize]).unwrap(), LARGEST as usize, "the largest datagram");
        assert_eq!(refusal(None, Some("/no/such/net")), "Cannot reach the network at the socket /no/such/net: No such file or directory (os error 2)");
        std::env::set_current_dir("/").unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
