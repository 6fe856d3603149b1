"""The host's side of the link (protocol/PROTOCOL.md), in Python: codec, vectors, connection. Used by tests only."""
import os
import re
import select
import socket
import struct
import time

MAGIC = 0x4B4E494C52505948
MAX_PAYLOAD = 65536
PADDING = bytes(65560)

INTERFACE = [("mac", "octets6"), ("name", "text"), ("mtu", "u16"),
             ("ipv4", [("address", "octets4"), ("prefix", "u8")]), ("gateway4", "octets4"),
             ("ipv6", [("address", "octets16"), ("prefix", "u8")]), ("gateway6", "octets16")]
MOUNT = [("source", "text"), ("target", "text"), ("type", "text"), ("flags", "u32"), ("options", "text"), ("kind", "u8")]

SETTINGS = [("name", "text"), ("value", "text")]

# name -> (type, [(field, kind)]); a list as kind is a list of structures.
MESSAGES = {
    "HELLO": (1, [("magic", "u64"), ("nonce", "u64"), ("generation", "u16"), ("taken", "u64"), ("clock", "u64")]),
    "WELCOME": (2, [("magic", "u64"), ("nonce", "u64"), ("generation", "u16"), ("taken", "u64"), ("sent", "u64"),
                    ("boot", "octets16"), ("up", "u64"), ("features", "u64")]),
    "ACK": (3, [("taken", "u64")]),
    "DATA": (16, [("octets", "rest")]),
    "END": (17, []),
    "CREDIT": (18, [("octets", "u32")]),
    "SETUP": (32, [("id", "u32"), ("clock", "u64"), ("entropy", "bytes"), ("root", "text"), ("root_type", "text"),
                   ("upper", "text"), ("upper_type", "text"), ("upper_options", "text"), ("flags", "u32"),
                   ("hostname", "text"), ("domainname", "text"), ("hosts", "bytes"), ("resolv_conf", "bytes"),
                   ("interfaces", INTERFACE), ("mounts", MOUNT), ("sysctls", SETTINGS), ("limits", SETTINGS)]),
    "RUN": (33, [("id", "u32"), ("process", "u32"), ("flags", "u32"), ("argv", [("", "text")]), ("env", [("", "text")]),
                 ("cwd", "text"), ("user", "text"), ("groups", [("", "text")]),
                 ("rlimits", [("resource", "u32"), ("soft", "u64"), ("hard", "u64")]), ("capabilities", "u64"),
                 ("rows", "u16"), ("columns", "u16"), ("stdin", "u16"), ("stdout", "u16"), ("stderr", "u16"),
                 ("credit", "u32"), ("umask", "u16"), ("oom_score", "u16"), ("hidden", [("", "text")]), ("protected", [("", "text")])]),
    "SIGNAL": (34, [("id", "u32"), ("process", "u32"), ("signal", "u8"), ("scope", "u8")]),
    "RESIZE": (35, [("id", "u32"), ("process", "u32"), ("rows", "u16"), ("columns", "u16")]),
    "SHUTDOWN": (36, [("id", "u32"), ("action", "u8"), ("grace", "u32")]),
    "CLOCK": (37, [("id", "u32"), ("clock", "u64")]),
    "PROCESSES": (38, [("id", "u32")]),
    "UPDATE": (39, [("id", "u32"), ("limits", SETTINGS)]),
    "RESULT": (64, [("id", "u32"), ("errno", "u32"), ("stage", "u8"), ("value", "bytes")]),
    "EXIT": (65, [("process", "u32"), ("how", "u8"), ("value", "u8"), ("core", "u8"), ("oom", "u8"), ("time", "u64")]),
    "NOTE": (66, [("level", "u8"), ("text", "text")]),
}
NAMES = {number: name for name, (number, _) in MESSAGES.items()}
INTEGERS = {"u8": "<B", "u16": "<H", "u32": "<I", "u64": "<Q"}


class Malformed(Exception):
    """A payload that ends too early or holds what its kind forbids."""


def encode_value(kind, value):
    if isinstance(kind, list):
        out = struct.pack("<I", len(value))
        for item in value:
            out += encode_fields(kind, item if kind[0][0] else {"": item})
        return out
    if kind in INTEGERS:
        return struct.pack(INTEGERS[kind], value)
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    if kind.startswith("octets"):
        assert len(value) == int(kind[6:])
        return value
    if kind == "rest":
        return value
    return struct.pack("<I", len(value)) + value


def encode_fields(fields, values):
    return b"".join(encode_value(kind, values[name]) for name, kind in fields)


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Malformed(f"{count} octets wanted at {self.at} of {len(self.data)}")
        self.at += count
        return self.data[self.at - count:self.at]


def decode_value(kind, cursor):
    if isinstance(kind, list):
        count = decode_value("u32", cursor)
        out = []
        for _ in range(count):
            item = decode_fields(kind, cursor)
            out.append(item if kind[0][0] else item[""])
        return out
    if kind in INTEGERS:
        return struct.unpack(INTEGERS[kind], cursor.take(struct.calcsize(INTEGERS[kind])))[0]
    if kind.startswith("octets"):
        return cursor.take(int(kind[6:]))
    if kind == "rest":
        return cursor.take(len(cursor.data) - cursor.at)
    value = cursor.take(decode_value("u32", cursor))
    if kind == "text" and b"\0" in value:
        raise Malformed("NUL in text")
    return value


def decode_fields(fields, cursor):
    return {name: decode_value(kind, cursor) for name, kind in fields}


def payload(name, **values):
    return encode_fields(MESSAGES[name][1], values)


def frame(type_, body=b"", stream=0, number=0, flags=0):
    return struct.pack("<BBHIQ", type_, flags, stream, len(body), number) + body + struct.pack("<Q", number ^ (2 ** 64 - 1))


# ---- vectors.txt -----------------------------------------------------------------------------------------------

def quote(data):
    out = "".join(chr(c) if 32 <= c < 127 and c not in (34, 92) else f"\\x{c:02x}" for c in data)
    return f'"{out}"'


def unquote(text):
    assert text[0] == text[-1] == '"', text
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m.group(1), 16)]), text[1:-1].encode())


def field_lines(fields, values, prefix=""):
    for name, kind in fields:
        value, full = values[name], prefix + name
        if isinstance(kind, list):
            yield f"{full} list {len(value)}"
            for i, item in enumerate(value):
                if kind[0][0]:
                    yield from field_lines(kind, item, f"{full}[{i}].")
                else:
                    yield from field_lines([(f"{full}[{i}]", kind[0][1])], {f"{full}[{i}]": item})
        elif kind in INTEGERS:
            yield f"{full} {kind} {value}"
        else:
            value = value.encode() if isinstance(value, str) else value
            if kind == "text":
                yield f"{full} text {quote(value)}"
            else:
                yield f"{full} {'octets' if kind != 'bytes' else 'bytes'} {pack_hex(value) or '-'}"


def pack_hex(data):
    """Hexadecimal octets; a run of 12 or more equal octets is written XX*COUNT, set off by blanks."""
    parts, at, plain = [], 0, ""
    while at < len(data):
        run = at
        while run < len(data) and data[run] == data[at]:
            run += 1
        if run - at >= 12:
            parts += [plain] if plain else []
            plain = ""
            parts.append(f"{data[at]:02x}*{run - at}")
            at = run
        else:
            plain += f"{data[at]:02x}"
            at += 1
    return " ".join(parts + ([plain] if plain else []))


def unpack_hex(text):
    out = b""
    for part in text.split():
        octets, _, count = part.partition("*")
        out += bytes.fromhex(octets) * int(count or 1)
    return out


def read_vectors(path):
    """Blocks of vectors.txt as dictionaries: kind, name, type, lines (fields), hex (octets), and a stream block's keys."""
    blocks = []
    with open(path, encoding="ascii") as file:
        for raw in file:
            line = raw.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            if not line.startswith(" "):
                kind, name, *rest = line.split(" ")
                blocks.append({"kind": kind, "name": name, "type": rest[0] if rest else None, "lines": [], "hex": b""})
                continue
            line = line.strip()
            word, _, rest = line.partition(" ")
            block = blocks[-1]
            if word == "hex":
                block["hex"] += unpack_hex(rest)
            elif block["kind"] == "stream" or word in ("flags:", "stream:", "number:"):
                block[word.rstrip(":")] = rest
            else:
                block["lines"].append(line)
    return blocks
