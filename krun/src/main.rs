//! `hypr-krun [--answer DESCRIPTOR]`: becomes one microVM. Reads a document from standard input that says what the machine has (`document`), checks it,
//! takes everything away from itself that the machine does not need (`jail`), builds the machine with libkrun (`machine`) and runs it until the guest ends.
//!
//! The descriptor, standard output if none is given, gets one line: `ready` when the guest is about to run, or else a sentence that says why it cannot, with
//! exit status 1. Then it is closed. The guest's console and libkrun's messages go to standard error.

mod answer;
mod document;
#[cfg_attr(target_os = "linux", path = "jail/linux.rs")]
#[cfg_attr(target_os = "macos", path = "jail/macos.rs")]
mod jail;
mod machine;
mod messages;

use std::io;
use std::process::exit;

use answer::Answer;
use document::Document;
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
    let document = Document::read(io::stdin().lock())?;
    let locks = document.lock_disks()?;
    jail::check(&document)?;
    jail::enter(&document)?;
    machine::build(&document, locks)
}
