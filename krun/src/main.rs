//! `hypr-krun [--answer DESCRIPTOR] [--name NAME]`: becomes one microVM, which is found by its name where processes are listed. Reads a document from standard input that says what the machine has (`document`), checks it,
//! takes everything away from itself that the machine does not need (`jail`), builds the machine with libkrun (`machine`) and runs it until the guest ends.
//!
//! The descriptor, standard output if none is given, gets one line: `ready` when the guest is about to run, or else a sentence that says why it cannot, with
//! exit status 1. Then it is closed. The guest's console and libkrun's messages go to standard error.

mod answer;
mod document;
#[cfg_attr(target_os = "linux", path = "jail/linux.rs")]
#[cfg_attr(target_os = "macos", path = "jail/macos.rs")]
mod jail;
mod link;
mod machine;
mod messages;
mod network;

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::process::exit;

use answer::Answer;
use document::Document;
use link::Link;
use machine::Machine;

fn main() {
    messages::to_standard_error();
    let answer = Answer::to(std::env::args().skip(1)).unwrap_or_else(|words| {
        messages::say(&words);
        exit(1)
    });
    match start() {
        Ok(mut machine) => match answer.give("ready") {
            Ok(()) => machine.run(),
            // Whoever started us is gone: nobody would ever end this machine.
            Err(_) => exit(1),
        },
        Err(reason) => {
            if answer.give(&reason).is_err() {
                messages::say(&reason);
            }
            exit(1)
        }
    }
}

fn start() -> Result<Machine, String> {
    leave_session();
    let document = Document::read(io::stdin().lock())?;
    leave_standard_input().map_err(|e| format!("/dev/null cannot be opened: {e}"))?;
    let locks = document.lock_disks()?;
    let link = Link::listen(&document.link, &document.guest)?;
    let networks = network::open(&document.interfaces)?;
    jail::enter(&document)?;
    link.serve().map_err(|e| format!("The link cannot be served: {e}"))?;
    machine::build(&document, locks, networks)
}

/// The end of a terminal, or of who started us, is not ours. Who leads a group of processes stays where it is: hypr-start has made this one's session.
fn leave_session() {
    // SAFETY: changes nothing but the session of this process.
    unsafe { libc::setsid() };
}

/// The pipe of whoever wrote the document would tie us to them.
fn leave_standard_input() -> io::Result<()> {
    let nothing = File::open("/dev/null")?;
    // SAFETY: both are descriptors of this process, and nobody reads the first any more.
    match unsafe { libc::dup2(nothing.as_raw_fd(), libc::STDIN_FILENO) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
