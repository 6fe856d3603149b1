//! The link between whoever connects to this program and the guest. libkrun tells its guest that a connection stands also when nobody listens on the host,
//! and the guest would wait on it for ever: so the program listens itself, for both sides, and passes on what they say. Whoever connected last has the link.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread::{self, JoinHandle};

use crate::document::Listener;

const BUFFER: usize = 64 << 10;
/// What a host says before its guest has spoken: 65,560 zeros and a hello.
const KEPT: usize = 2 * BUFFER;

/// Both ends listen. A host that comes before the guest waits, as does a guest before the host.
pub struct Link {
    hosts: UnixListener,
    guests: UnixListener,
}

impl Link {
    /// Listens for hosts on a socket that listens already or is made, and for the guest on one that is made.
    pub fn listen(hosts: &Listener, guests: &Path) -> Result<Link, String> {
        let hosts = match hosts {
            Listener::Descriptor(given) => Self::take(*given)?,
            Listener::Path(path) => bind(path)?,
        };
        Ok(Link { hosts, guests: bind(guests)? })
    }

    fn take(hosts: RawFd) -> Result<UnixListener, String> {
        if hosts <= libc::STDERR_FILENO {
            return Err(format!("{hosts} is no descriptor of a link"));
        }
        // SAFETY: the descriptor was given to us for this alone; that it is a socket which listens is asked next.
        let hosts = unsafe { OwnedFd::from_raw_fd(hosts) };
        if !listens(&hosts) {
            std::mem::forget(hosts); // It may be somebody's, and we end.
            return Err("The descriptor of the link is no socket that listens".into());
        }
        Ok(hosts.into())
    }

    /// Serves both sides in a thread of its own, confined as the caller is.
    pub fn serve(self) -> io::Result<JoinHandle<()>> {
        self.hosts.set_nonblocking(true)?;
        self.guests.set_nonblocking(true)?;
        thread::Builder::new().name("link".into()).spawn(move || {
            let mut ends = Ends::default();
            while ends.step(&self).is_ok() {}
            crate::messages::say("the link cannot be served any more");
            std::process::exit(1)
        })
    }
}

fn bind(path: &Path) -> Result<UnixListener, String> {
    UnixListener::bind(path).map_err(|e| format!("The socket {} cannot be made: {e}", path.display()))
}

fn listens(socket: &OwnedFd) -> bool {
    let mut value: libc::c_int = 0;
    let mut size = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: both are written within their sizes during the call.
    let result = unsafe { libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_ACCEPTCONN, (&raw mut value).cast(), &mut size) };
    result == 0 && value == 1
}

/// Who is connected.
#[derive(Default)]
struct Ends {
    host: Option<End>,
    guest: Option<End>,
    /// Whether the guest has said anything to this host. Until then it may be one that gave up before it was heard, as Kestrel does after a tenth of a second,
    /// and all that the host said is kept for the next; after that neither can go on with another.
    spoken: bool,
}

/// One side, and what it said.
struct End {
    stream: UnixStream,
    said: Vec<u8>,
    /// How much of that the other side has.
    taken: usize,
    ended: bool,
}

impl Ends {
    fn step(&mut self, link: &Link) -> io::Result<()> {
        let mut ready = [interest(&link.hosts, libc::POLLIN), interest(&link.guests, libc::POLLIN), self.interest(Side::Host), self.interest(Side::Guest)];
        // SAFETY: the array lives through the call, and its length is its own.
        if unsafe { libc::poll(ready.as_mut_ptr(), ready.len() as libc::nfds_t, -1) } < 0 {
            let error = io::Error::last_os_error();
            return if error.kind() == ErrorKind::Interrupted { Ok(()) } else { Err(error) };
        }
        if self.host.is_some() && self.guest.is_some() {
            self.pass_on();
        } else {
            self.forget_who_left(ready[2].revents, ready[3].revents);
        }
        if ready[0].revents != 0 {
            self.welcome(&link.hosts, Side::Host)?;
        }
        if ready[1].revents != 0 {
            self.welcome(&link.guests, Side::Guest)?;
        }
        Ok(())
    }

    fn interest(&self, side: Side) -> libc::pollfd {
        let (one, other) = match side {
            Side::Host => (&self.host, &self.guest),
            Side::Guest => (&self.guest, &self.host),
        };
        match (one, other) {
            (None, _) => nothing(),
            // With nobody on the other side there is only its end to learn of.
            (Some(one), None) => interest(&one.stream, 0),
            (Some(one), Some(other)) => {
                let reads = if one.can_say(self.keeps(side)) { libc::POLLIN } else { 0 };
                let writes = if other.is_taken() { 0 } else { libc::POLLOUT };
                if reads | writes == 0 { nothing() } else { interest(&one.stream, reads | writes) }
            }
        }
    }

    fn keeps(&self, side: Side) -> bool {
        side == Side::Host && !self.spoken
    }

    fn pass_on(&mut self) {
        let keeps = self.keeps(Side::Host);
        let (Some(host), Some(guest)) = (&mut self.host, &mut self.guest) else { return };
        host.hear(keeps);
        guest.hear(false);
        host.tell(&mut guest.stream, keeps);
        self.spoken |= !guest.said.is_empty();
        guest.tell(&mut host.stream, false);
        let (host_is_done, guest_is_done) = (host.is_done(), guest.is_done());
        if host_is_done || guest_is_done && self.spoken {
            *self = Ends::default();
        } else if guest_is_done {
            self.replace_guest(None);
        }
    }

    /// The next guest hears what was said to this one.
    fn replace_guest(&mut self, next: Option<End>) {
        self.guest = next;
        if let Some(host) = &mut self.host {
            host.taken = 0;
        }
    }

    fn forget_who_left(&mut self, host: libc::c_short, guest: libc::c_short) {
        if host & (libc::POLLHUP | libc::POLLERR) != 0 {
            self.host = None;
        }
        if guest & (libc::POLLHUP | libc::POLLERR) != 0 {
            self.guest = None;
        }
    }

    /// Takes who has come, in the place of an earlier one.
    fn welcome(&mut self, listener: &UnixListener, side: Side) -> io::Result<()> {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => return Ok(()),
            Err(e) => return Err(e),
        };
        stream.set_nonblocking(true)?;
        if self.spoken || side == Side::Host && self.host.as_ref().is_some_and(|host| host.taken > 0) {
            *self = Ends::default();
        }
        let end = End { stream, said: Vec::new(), taken: 0, ended: false };
        match side {
            Side::Host => self.host = Some(end),
            Side::Guest => self.replace_guest(Some(end)),
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Host,
    Guest,
}

impl End {
    fn is_taken(&self) -> bool {
        self.taken == self.said.len()
    }

    /// Whether it has gone and all that it said was passed on.
    fn is_done(&self) -> bool {
        self.ended && self.is_taken()
    }

    fn can_say(&self, keeps: bool) -> bool {
        !self.ended && if keeps { self.said.len() < KEPT } else { self.is_taken() }
    }

    /// Reads what it says, as far as that need not be waited for and there is room.
    fn hear(&mut self, keeps: bool) {
        if !self.can_say(keeps) {
            return;
        }
        if !keeps {
            self.said.clear();
            self.taken = 0;
        }
        let before = self.said.len();
        self.said.resize(before + BUFFER, 0);
        let result = self.stream.read(&mut self.said[before..]);
        self.said.truncate(before + *result.as_ref().unwrap_or(&0));
        match result {
            Ok(0) => self.ended = true,
            Err(e) if !is_passing(&e) => self.ended = true,
            _ => {}
        }
    }

    /// Passes on what it said, as far as the other need not be waited for. What the other can take no more is nobody's: its end is seen when it is read from.
    fn tell(&mut self, other: &mut UnixStream, keeps: bool) {
        while !self.is_taken() {
            match other.write(&self.said[self.taken..]) {
                Ok(count) => self.taken += count,
                Err(e) if is_passing(&e) || keeps => return,
                Err(_) => self.taken = self.said.len(),
            }
        }
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

fn interest(of: &impl AsRawFd, events: libc::c_short) -> libc::pollfd {
    libc::pollfd { fd: of.as_raw_fd(), events, revents: 0 }
}

/// What poll() passes over.
fn nothing() -> libc::pollfd {
    libc::pollfd { fd: -1, events: 0, revents: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::IntoRawFd;
    use std::path::PathBuf;

    struct Sockets {
        directory: PathBuf,
    }

    impl Sockets {
        fn serve(name: &str) -> Sockets {
            let directory = std::env::temp_dir().join(format!("krun-link-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&directory).unwrap();
            let hosts = UnixListener::bind(directory.join("hosts")).unwrap();
            Link::listen(&Listener::Descriptor(hosts.into_raw_fd()), &directory.join("guests")).unwrap().serve().unwrap();
            Sockets { directory }
        }

        fn host(&self) -> UnixStream {
            UnixStream::connect(self.directory.join("hosts")).unwrap()
        }

        fn guest(&self) -> UnixStream {
            UnixStream::connect(self.directory.join("guests")).unwrap()
        }
    }

    impl Drop for Sockets {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.directory).unwrap();
        }
    }

    fn hears(stream: &mut UnixStream, words: &str) {
        let mut heard = vec![0; words.len()];
        stream.read_exact(&mut heard).unwrap();
        assert_eq!(String::from_utf8(heard).unwrap(), words);
    }

    fn has_ended(mut stream: UnixStream) -> bool {
        matches!(stream.read(&mut [0; 16]), Ok(0)) || stream.write(b"x").is_err()
    }

    #[test]
    fn what_both_say_arrives_whoever_came_first() {
        let sockets = Sockets::serve("both");
        let mut guest = sockets.guest();
        guest.write_all(b"hello").unwrap();
        let mut host = sockets.host();
        hears(&mut host, "hello");
        host.write_all(b"welcome").unwrap();
        hears(&mut guest, "welcome");
    }

    #[test]
    fn who_comes_last_has_the_link_and_the_guest_begins_anew() {
        let sockets = Sockets::serve("last");
        let (mut first, mut guest) = (sockets.host(), sockets.guest());
        first.write_all(b"half a fra").unwrap();
        hears(&mut guest, "half a fra");
        let mut second = sockets.host();
        assert!(has_ended(first));
        assert!(has_ended(guest), "a stream of two hosts would make no sense");
        let mut guest = sockets.guest();
        second.write_all(b"anew").unwrap();
        hears(&mut guest, "anew");
    }

    #[test]
    fn a_host_that_waits_gives_way_without_the_guests_noticing() {
        let sockets = Sockets::serve("waits");
        drop(sockets.host());
        let waiting = sockets.host();
        let mut next = sockets.host();
        assert!(has_ended(waiting));
        let mut guest = sockets.guest();
        next.write_all(b"here").unwrap();
        hears(&mut guest, "here");
    }

    #[test]
    fn a_guest_that_gave_up_before_it_spoke_is_followed_by_one_that_hears_all() {
        let sockets = Sockets::serve("gave-up");
        let (mut host, mut early) = (sockets.host(), sockets.guest());
        let words = "hello".repeat(20_000);
        host.write_all(words.as_bytes()).unwrap();
        hears(&mut early, "hello");
        let mut other = sockets.guest();
        assert!(early.read_to_end(&mut Vec::new()).is_ok(), "the one that another follows is dropped");
        hears(&mut other, "hellohello");
        drop(other);
        let mut guest = sockets.guest();
        hears(&mut guest, &words);
        guest.write_all(b"welcome").unwrap();
        hears(&mut host, "welcome");
    }

    #[test]
    fn the_end_of_one_is_the_end_of_the_other_after_all_that_was_said() {
        let sockets = Sockets::serve("end");
        let (mut host, mut guest) = (sockets.host(), sockets.guest());
        host.write_all(b"x").unwrap();
        hears(&mut guest, "x");
        let much = vec![7; 1 << 20];
        let writer = thread::spawn({
            let much = much.clone();
            move || guest.write_all(&much).unwrap()
        });
        let mut heard = Vec::new();
        host.read_to_end(&mut heard).unwrap();
        writer.join().unwrap();
        assert!(heard == much, "{} octets arrived of {}", heard.len(), much.len());
    }

    #[test]
    fn a_descriptor_that_does_not_listen_is_refused() {
        let file = std::fs::File::open("/dev/null").unwrap().into_raw_fd();
        let refusal = |hosts| Link::listen(&hosts, Path::new("/nowhere")).err().unwrap();
        assert_eq!(refusal(Listener::Descriptor(file)), "The descriptor of the link is no socket that listens");
        assert_eq!(refusal(Listener::Descriptor(0)), "0 is no descriptor of a link");
        assert!(refusal(Listener::Path("/no/such/link".into())).starts_with("The socket /no/such/link cannot be made: No such file"));
    }

    #[test]
    fn a_socket_for_hosts_is_made_where_none_is_given() {
        let directory = std::env::temp_dir().join(format!("krun-link-made-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        Link::listen(&Listener::Path(directory.join("hosts")), &directory.join("guests")).unwrap().serve().unwrap();
        let sockets = Sockets { directory };
        let (mut host, mut guest) = (sockets.host(), sockets.guest());
        host.write_all(b"made").unwrap();
        hears(&mut guest, "made");
    }
}
