"""Size and codec; hostile frames."""
import os
import subprocess

import link
from common import equal
from guest import BUILD, HERE

LIMIT = 20480
VECTORS = os.path.join(HERE, "..", "protocol", "vectors.txt")


def test_kestrel_is_small():
    size = os.path.getsize(os.path.join(BUILD, "kestrel"))
    assert size <= LIMIT, f"{size} octets are more than {LIMIT}"


def test_python_codec_agrees_with_vectors():
    for block in link.read_vectors(VECTORS):
        if block["kind"] in ("message", "decode"):
            fields = link.MESSAGES[block["type"]][1]
            values = link.decode_fields(fields, link.Cursor(block["hex"][16:-8]))
            equal(list(link.field_lines(fields, values)), block["lines"])
            if block["kind"] == "message":
                octets = link.frame(link.MESSAGES[block["type"]][0], link.encode_fields(fields, values), int(block["stream"]),
                                    int(block["number"]), int(block["flags"]))
                equal(octets, block["hex"])


def codec(lines):
    done = subprocess.run([os.path.join(BUILD, "test_codec")], input="\n".join(lines) + "\n", text=True, capture_output=True, check=True)
    return [part.strip("\n").split("\n") for part in done.stdout.split("\n.\n")[:-1]]


def test_kestrel_decodes_vectors():
    requests = ("HELLO", "SETUP", "RUN", "SIGNAL", "RESIZE", "SHUTDOWN", "CLOCK", "PROCESSES", "UPDATE")
    blocks = [b for b in link.read_vectors(VECTORS) if b["type"] in requests]
    answers = codec([f"decode {link.MESSAGES[b['type']][0]} {b['hex'][16:-8].hex()}" for b in blocks])
    assert len(blocks) == len(answers) > 20
    for block, answer in zip(blocks, answers):
        wanted = ["malformed"] if block["kind"] == "malformed" else [
            plain_hex(line) for line in block["lines"]]
        assert answer == wanted, f"{block['name']}: got {answer}, wanted {wanted}"


def plain_hex(line):
    name, kind, value = line.split(" ", 2)
    return f"{name} {kind} {link.unpack_hex(value).hex()}" if kind in ("bytes", "octets") and value != "-" else line


def test_kestrel_parses_streams():
    blocks = [b for b in link.read_vectors(VECTORS) if b["kind"] == "stream"]
    answers = codec([f"parse {b['next']} {b['hex'].hex()}" for b in blocks])
    assert len(blocks) == len(answers) > 10
    for block, answer in zip(blocks, answers):
        named = " ".join(f"{link.MESSAGES[t][0] if t in link.MESSAGES else t}:{n}" for t, n in
                         (word.split(":") for word in block["takes"].split() if word != "-")) or "-"
        assert answer == [f"takes {named}", f"ends {block['ends']}"], f"{block['name']}: got {answer}"


# ---- (b) hostile frames ------------------------------------------------------------------------------------------

def test_decoders_survive_mutated_frames():
    for seed in range(1, 5):
        subprocess.run([os.path.join(BUILD, "fuzz"), "50000", str(seed)], check=True, stdout=subprocess.DEVNULL)
