"""Completion, typed into real shells on a pseudo terminal. A small `hypr` notes what it is asked and what is run in the end."""
import os
import pty
import select
import shutil
import signal
import unittest

from support import ROOT, LIMIT, Case, wait_until

FAKE = """#!/bin/sh
case $1 in
    __complete) printf '%s\\0' "$HYPR_NO_AUTOSTART" "$@" > "$NOTES/asked"; cat "$NOTES/candidates" ;;
    *) printf '%s\\0' "$@" > "$NOTES/part" && mv "$NOTES/part" "$NOTES/ran" ;;
esac
"""


class Shell:
    """What the tests of each shell share."""
    def setUp(self):
        super().setUp()
        if shutil.which(self.NAME) is None:
            self.skipTest(f"{self.NAME} is not installed")
        program = self.directory / "hypr"
        program.write_text(FAKE)
        program.chmod(0o755)
        (self.directory / "file-here").touch()
        self.environment |= {"NOTES": str(self.directory), "PATH": f"{self.directory}:{os.environ['PATH']}", "TERM": "dumb", "LC_ALL": "C.UTF-8", "PS1": "$ "}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(self.directory)
            os.execvpe(self.COMMAND[0], self.COMMAND, self.environment)
        self.addCleanup(self.end)
        self.type(self.LOAD + "; true >loaded\r")
        self.wait_for("loaded")

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def wait_for(self, name):
        """Waits for the file while it reads what the shell prints, so that the shell never waits."""
        def there():
            if select.select([self.terminal], [], [], 0.005)[0]:
                os.read(self.terminal, 65536)
            return (self.directory / name).exists()
        wait_until(there, f"{name} appears")
        return (self.directory / name).read_bytes().split(b"\0")[:-1]

    def complete(self, typed, *candidates):
        """Types a command line with TABs in it; returns the words that completion asked with and those that ran."""
        (self.directory / "candidates").write_text("".join(c + "\n" for c in candidates))
        for name in ("asked", "ran"):
            (self.directory / name).unlink(missing_ok=True)
        self.type(typed + "\r")
        ran = [word.decode() for word in self.wait_for("ran")]
        asked = [word.decode() for word in self.wait_for("asked")]
        self.assertEqual(["1", "__complete"], asked[:2])   # HYPR_NO_AUTOSTART, so that TAB starts no daemon
        return asked[2:], ran

    def test_one_candidate_is_put_in_place(self):
        self.assertEqual((["run", "--na"], ["run", "--name", "x"]), self.complete("hypr run --na\tx", "--name\tName of the container"))

    def test_an_empty_word_can_be_completed(self):
        self.assertEqual((["stop", ""], ["stop", "web", "x"]), self.complete("hypr stop \tx", "web\tnginx, up 2 minutes"))

    def test_candidates_with_odd_letters_are_quoted(self):
        self.assertEqual((["rm", "a"], ["rm", "a b$c;d'e"]), self.complete("hypr rm a\t", "a b$c;d'e"))

    def test_without_candidates_file_names_are_completed(self):
        self.assertEqual((["cp", "file"], ["cp", "file-here"]), self.complete("hypr cp file\t"))

    def test_after_an_equals_sign_no_space_comes(self):
        self.assertEqual((["run", "--ne"], ["run", "--network=front"]), self.complete("hypr run --ne\tfront", "--network="))


class Bash(Shell, Case):
    NAME, COMMAND = "bash", ["bash", "--norc", "--noprofile", "-i"]
    LOAD = f"source {ROOT}/completions/hypr.bash"

    def test_common_beginning_of_several(self):
        self.assertEqual((["rm", "w"], ["rm", "web-x"]), self.complete("hypr rm w\tx", "web-1", "web-2"))

    def test_words_are_asked_without_quotes(self):
        self.assertEqual((["run", "a b", "c d", "e'f", "x"], ["run", "a b", "c d", "e'f", "xyz"]), self.complete("hypr run 'a b' \"c d\" e\\'f x\t", "xyz"))

    def test_an_open_quote_is_kept(self):
        self.assertEqual((["rm", "a b"], ["rm", "a b c"]), self.complete("hypr rm 'a b\t", "a b c"))
        self.assertEqual((["rm", "a b"], ["rm", "a b c"]), self.complete('hypr rm "a b\t', "a b c"))

    def test_words_that_bash_cuts_are_asked_whole(self):
        self.assertEqual((["run", "nginx:la"], ["run", "nginx:latest"]), self.complete("hypr run nginx:la\t", "nginx:latest"))
        self.assertEqual((["run", "--network=fr"], ["run", "--network=front"]), self.complete("hypr run --network=fr\t", "--network=front"))
        self.assertEqual((["run", "--network="], ["run", "--network=front"]), self.complete("hypr run --network=\t", "--network=front"))
        self.assertEqual((["run", "h:5000/x@sha256:ab"], ["run", "h:5000/x@sha256:abc"]), self.complete("hypr run h:5000/x@sha256:ab\t", "h:5000/x@sha256:abc"))

    def test_only_the_word_at_the_cursor_is_asked_for(self):
        back = "\x02" * 4
        self.assertEqual((["rm", "w"], ["rm", "web", "end"]), self.complete(f"hypr rm w end{back}\t", "web"))

    def test_within_a_longer_command_line(self):
        self.assertEqual((["rm", "w"], ["rm", "web"]), self.complete("true && hypr rm w\t", "web"))

    def test_nothing_that_is_typed_is_run(self):
        self.complete("hypr run $(touch${IFS}bad1)\t `touch bad2`\t x\x15hypr x\t", "z")
        self.assertEqual([], list(self.directory.glob("bad*")))

    def test_candidates_that_do_not_fit_are_left_out(self):
        self.assertEqual((["rm", "w"], ["rm", "web"]), self.complete("hypr rm w\t", "other", "web"))


class Zsh(Shell, Case):
    NAME, COMMAND = "zsh", ["zsh", "-f", "-i"]
    LOAD = f"fpath=({ROOT}/completions $fpath); autoload -Uz compinit; compinit -u -D"


class Fish(Shell, Case):
    NAME, COMMAND = "fish", ["fish", "--no-config", "-i"]
    LOAD = f"source {ROOT}/completions/hypr.fish"
