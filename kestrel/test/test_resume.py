"""Broken connections, engines without memory, the end of the machine; in namespaces."""
import random
import select
import signal
import socket
import subprocess
import time

import link
from common import equal, sandbox
from host import Host
from test_frames import VECTORS


def test_lost_place_until_padding():
    with sandbox() as host:
        host.sent += 1
        host.numbered(38, link.payload("PROCESSES", id=999))
        host.outgoing += link.frame(3, link.payload("ACK", taken=host.taken))
        for _ in range(5):
            host.step(0.02)
        assert 999 not in host.results
        host.sent -= 2
        host.unacknowledged.clear()
        host.connect(host.sock)
        host.until(lambda: host.welcome, "WELCOME")
        equal(host.ask("PROCESSES")["errno"], 0)


QUIET = 0.003   # seconds in which an agent says something, if it has something to say


def cut_many(host, reconnect, cuts, script, wanted, seed):
    """Breaks the connection at random octets in both directions, again and again, while a process writes and reads."""
    chance = random.Random(seed)
    process = 1
    host.run(process, "sh", "-c", script, stdin=9, wait=False)
    made = fed = 0
    while made < cuts or process not in host.exits:
        made += 1
        read_limit, write_limit = chance.choice([(0, 70000), (10, 66000), (3000, 66500), (90000, 90000)])
        read_limit, write_limit = chance.randint(0, read_limit + 1), chance.randint(0, write_limit)
        last = made >= cuts
        end = time.monotonic() + (20 if last else 0.02)
        while time.monotonic() < end and (last or (read_limit > 0 and write_limit >= 0)):
            if host.welcome and host.credit.get(9, 0) > 0 and fed < 200_000:
                piece = min(host.credit[9], chance.randint(1, 5000), 200_000 - fed)
                host.data(9, bytes((fed + i) % 251 for i in range(piece)))
                fed += piece
                if fed == 200_000:
                    host.end(9)
            if host.outgoing and (last or write_limit):
                try:
                    sent = host.sock.send(host.outgoing[:None if last else write_limit])
                    del host.outgoing[:sent]
                    write_limit -= sent
                except BlockingIOError:
                    pass
            try:
                data = host.sock.recv(65536 if last else max(1, min(read_limit, 65536)))
                read_limit -= len(data)
                if data:
                    host.feed(data)
            except BlockingIOError:
                if last:
                    host.step(0.01)
                else:
                    writes = host.outgoing and write_limit
                    ready = select.select([host.sock], [host.sock] if writes else [], [], QUIET)
                    if not any(ready) and not writes and (host.welcome or not write_limit):
                        break   # nothing is under way any more
            if last and process in host.exits:
                break
        if process in host.exits and made >= cuts:
            break
        reconnect(host, chance)
    host.until(lambda: process in host.exits, "EXIT")
    equal(host.exits[process]["value"], 9)
    equal(bytes(host.output[4]), wanted)


CUT_SCRIPT = "exec 3<&0; md5sum <&3 & i=0; while [ $i -lt 30000 ]; do echo $i; i=$((i+1)); done >&2; wait; exit 9"


def cut_wanted():
    octets = bytes(i % 251 for i in range(200_000))
    digest = subprocess.run(["md5sum"], input=octets, capture_output=True, check=True).stdout
    return digest


def test_port_cut_at_random_octets_two_thousand_times():
    def reconnect(host, chance):
        # What is under way to the host is lost or comes late, as it happens with a port whose host end was closed.
        if chance.random() < 0.5:
            try:
                host.sock.recv(chance.randint(1, 65536))
            except BlockingIOError:
                pass
        host.connect(host.sock)
    with sandbox() as host:
        cut_many(host, reconnect, 2000, CUT_SCRIPT, cut_wanted(), 1)
        equal(bytes(host.output[5]).decode(), "".join(f"{i}\n" for i in range(30000)))


def test_socket_cut_at_random_octets():
    box = sandbox(port=False)

    def reconnect(host, _):
        host.sock.close()
        host.sock, _ = box.listener.accept()
        box.sock = host.sock
        host.connect(host.sock)
    with box as host:
        cut_many(host, reconnect, 60, CUT_SCRIPT, cut_wanted(), 2)
        equal(bytes(host.output[5]).decode(), "".join(f"{i}\n" for i in range(30000)))


def test_new_engine_without_memory_goes_on():
    box = sandbox()
    with box as host:
        host.run(1, "sh", "-c", "sleep 0.2; echo kept; exit 5")
        fresh = Host()
        fresh.taken = host.taken
        fresh.granted[4] = 100
        fresh.connect(box.sock)
        fresh.until(lambda: fresh.welcome, "WELCOME")
        fresh.sent, fresh.next_id = fresh.welcome["taken"], 1000
        equal(fresh.exit_of(1)["value"], 5)
        equal(bytes(fresh.output[4]), b"kept\n")
        equal(fresh.ask("PROCESSES")["value"][-1], 2)


def test_port_that_tells_late_of_a_host_that_is_gone():
    box = sandbox()
    with box as host:
        host.run(1, "sh", "-c", "sleep 0.3; echo heard; exit 6")
        fresh = Host(acknowledge=False)
        fresh.granted[4] = 100
        fresh.connect(box.sock)
        while fresh.outgoing:
            fresh.step()
        # What a port reads from now on is that nobody is there, though the octets of the next host came before.
        box.sock.shutdown(socket.SHUT_WR)
        equal(fresh.exit_of(1)["value"], 6)
        equal(bytes(fresh.output[4]), b"heard\n")


def test_status_is_kept_until_taken():
    box = sandbox()
    with box as host:
        host.acknowledge = False
        host.run(1, "sh", "-c", "exit 42")
        host.exit_of(1)
        for _ in range(3):
            fresh = Host(acknowledge=False)
            fresh.connect(box.sock)
            equal(fresh.exit_of(1)["value"], 42)


def test_too_many_answers_that_nobody_takes():
    with sandbox() as host:
        host.acknowledge = False
        for _ in range(10000):
            host.send("PROCESSES")
        quiet = 0
        while quiet < 3:
            quiet = 0 if host.step(0.1) else quiet + 1
        assert 64 < len(host.results) < 10000, len(host.results)
        host.acknowledge = True
        for _ in range(20):
            host.connect(host.sock)
            host.until(lambda: host.welcome, "WELCOME")
            while host.step(0.3) or host.outgoing:
                pass
        equal(len(host.results), 10002) # and those of SETUP and the keeper's RUN


def test_shutdown_ends_all():
    box = sandbox()
    with box as host:
        host.run(1, "sh", "-c", "trap 'echo term; exit 3' TERM; echo ready; while :; do sleep 0.05; done")
        host.run(2, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done")
        host.run(3, "sh", "-c", "echo ready; sleep 1000")
        host.until(lambda: all(host.output_of(process) for process in (1, 2, 3)), "ready")
        equal(host.ask("SHUTDOWN", action=1, grace=500)["errno"], 0)
        equal(host.exit_of(1)["value"], 3)
        equal((host.exit_of(3)["how"], host.exits[3]["value"]), (1, 15))
        equal((host.exit_of(2)["how"], host.exits[2]["value"]), (1, 9))
        host.step()
        equal(box.process.wait(10), 128 + signal.SIGHUP)


def test_malformed_requests_are_answered():
    with sandbox() as host:
        for block in link.read_vectors(VECTORS):
            if block["kind"] != "malformed" or block["type"] == "NOTE" or len(block["hex"]) < 16 + 4 + 8:
                continue
            id_ = int.from_bytes(block["hex"][16:20], "little")
            host.results.pop(id_, None)
            host.numbered(link.MESSAGES[block["type"]][0], block["hex"][16:-8])
            host.until(lambda: id_ in host.results, block["name"])
            equal((block["name"], host.results[id_]["errno"], host.results[id_]["stage"]), (block["name"], 74, 1))
