"""network.py SOCKET: stands where gvproxy does on a Mac. Serves one machine at a unix socket of datagrams, each an Ethernet frame, after its greeting: answers who
asks for any address by ARP, and echoes pings. Prints 'ready', then what it would not expect."""
import os
import socket
import sys

OURS = bytes.fromhex("02429b000001")
BUFFER = 1 << 16


def answer(frame):
    """The frame to answer with, or nothing."""
    kind, body = frame[12:14], frame[14:]
    if kind == b"\x08\x06" and body[7] == 1:   # ARP: who has...
        asker, wanted = body[8:18], body[24:28]
        return frame[6:12] + OURS + kind + body[:7] + b"\x02" + OURS + wanted + asker
    if kind == b"\x08\x00" and body[9] == 1 and body[20] == 8:   # ICMP: echo. From 8 to 0 adds 8 << 8 to what the check sum leaves out
        total = int.from_bytes(body[22:24], "big") + 0x800
        return frame[6:12] + OURS + kind + body[:12] + body[16:20] + body[12:16] + b"\0\0" + ((total & 0xffff) + (total >> 16)).to_bytes(2, "big") + body[24:]
    return None


def serve(path):
    network = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    network.bind(path)
    print("ready", flush=True)
    greeting, machine = network.recvfrom(BUFFER)
    if greeting != b"VFKT" or not os.path.isabs(machine):
        print(f"The greeting of {machine} is {greeting!r}", flush=True)
    while True:
        reply = answer(network.recv(BUFFER))
        if reply:
            network.sendto(reply, machine)


serve(sys.argv[1])
