#!/usr/bin/env python3
"""Reads what s3shard wrote, without s3shard: docs/format.md as a program, in the standard library of Python 3.

  read_volume.py inspect KEY FILE          one object, which lies under KEY, as JSON
  read_volume.py read DIR NAME OUT [SLOT]  the image of a volume, now or after a slot, from a copy of a prefix in a folder
  read_volume.py arena DIR                 the header and the records of an arena, as JSON

A test of s3shard holds it and the Java code against each other. Where they differ from docs/format.md, that is a bug.
"""

import base64
import json
import os
import re
import struct
import sys

BLOCK = 4096
PER_FRAME = 8
FRAME_HEADER = 4 * PER_FRAME
FRAME = FRAME_HEADER + PER_FRAME * BLOCK
FOOTER = 40
LAST_SLOT = 2**63 - 1
KINDS = ["", "PREFIX_FORMAT", "NAME", "LOG_RECORD", "DATA", "ROOT", "PAGE", "PIN_TABLE", "EXTENTS", "HINT"]
MESSAGES = {
    "PREFIX_FORMAT": "PrefixFormat",
    "NAME": "NameEntry",
    "LOG_RECORD": "LogRecord",
    "ROOT": "Root",
    "PAGE": "Page",
    "PIN_TABLE": "PinTable",
    "EXTENTS": "Extents",
}


class Damaged(Exception):
    """The bytes are not what the format says."""


def need(condition, why):
    if not condition:
        raise Damaged(why)


# ---- checksums


def _table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC = _table()


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = CRC[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def key_hash(key):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in key.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


# ---- protobuf, by the fields that volume.proto declares


class Schema:
    """Messages and enums of a .proto file of ours: nested types are found by their own name."""

    def __init__(self, text):
        self.messages, self.enums = {}, {}
        text = re.sub(r"//[^\n]*", "", text)
        stack = []
        for token in re.findall(r"(?:message|enum|oneof)\s+\w+\s*\{|\}|[^;{}]+;", text):
            opened = re.match(r"(message|enum|oneof)\s+(\w+)", token)
            if token.endswith("{") and opened:
                kind, name = opened.groups()
                if kind == "message":
                    self.messages[name] = {}
                elif kind == "enum":
                    self.enums[name] = {}
                stack.append((kind, name))
            elif token == "}":
                stack.pop()
            elif stack:
                self._field(stack, token)

    def _field(self, stack, token):
        kind, name = stack[-1]
        if kind == "enum":
            value = re.match(r"\s*(\w+)\s*=\s*(\d+)", token)
            self.enums[name][int(value[2])] = value[1]
            return
        field = re.match(r"\s*(repeated\s+|optional\s+)?(map<\w+,\s*\w+>|\w+)\s+(\w+)\s*=\s*(\d+)", token)
        if field is None:  # reserved …
            return
        message = next(n for k, n in reversed(stack) if k == "message")
        label = "oneof" if kind == "oneof" else (field[1] or "").strip()
        self.messages[message][int(field[4])] = (field[3], field[2], label)

    def decode(self, name, data):
        fields = self.messages[name]
        out = {}
        for field, type_, label in fields.values():
            if type_.startswith("map<"):
                out[field] = {}
            elif label == "repeated":
                out[field] = []
            elif label == "" and type_ not in self.messages:
                out[field] = self._default(type_)
        at = 0
        while at < len(data):
            tag, at = varint(data, at)
            wire = tag & 7
            if wire == 0:
                value, at = varint(data, at)
            elif wire == 1:
                value, at = data[at : at + 8], at + 8
            elif wire == 5:
                value, at = data[at : at + 4], at + 4
            else:
                need(wire == 2, "wire type %d" % wire)
                length, at = varint(data, at)
                need(at + length <= len(data), "a field passes the end")
                value, at = data[at : at + length], at + length
            need(tag >> 3 in fields, "%s has no field %d" % (name, tag >> 3))
            self._take(out, fields[tag >> 3], wire, value)
        return out

    def _take(self, out, declared, wire, value):
        field, type_, label = declared
        if type_.startswith("map<"):
            key, item = {1: "", 2: ""}, 0
            while item < len(value):
                tag, item = varint(value, item)
                length, item = varint(value, item)
                key[tag >> 3] = value[item : item + length].decode()
                item += length
            out[field][key[1]] = key[2]
        elif label == "repeated" and wire == 2 and type_ in ("uint64", "uint32"):  # packed
            at = 0
            while at < len(value):
                number, at = varint(value, at)
                out[field].append(number)
        elif label == "repeated":
            out[field].append(self._value(type_, value))
        else:
            out[field] = self._value(type_, value)

    def _value(self, type_, value):
        if type_ in self.messages:
            return self.decode(type_, value)
        if type_ in self.enums:
            return self.enums[type_].get(value, value)
        return {"string": lambda v: v.decode(), "bytes": bytes, "bool": bool}.get(type_, int)(value)

    def _default(self, type_):
        if type_ in self.enums:
            return self.enums[type_][0]
        return {"string": "", "bytes": b"", "bool": False}.get(type_, 0)

    def json(self, name, message):
        """As protobuf's JSON: 64-bit numbers are strings, bytes are Base64, names are the ones of the .proto."""
        out = {}
        for field, type_, label in self.messages[name].values():
            if field in message:
                value = message[field]
                many = label == "repeated"
                out[field] = [self._json(type_, v) for v in value] if many else self._json(type_, value)
        return out

    def _json(self, type_, value):
        if type_ in self.messages:
            return self.json(type_, value)
        if type_ == "uint64":
            return str(value)
        return base64.b64encode(value).decode() if type_ == "bytes" else value


def varint(data, at):
    value = shift = 0
    while True:
        need(at < len(data), "a number passes the end")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def schema():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "../proto/src/main/protobuf/s3shard/v1/volume.proto")) as file:
        return Schema(file.read())


SCHEMA = schema()


# ---- the container


class Object:
    """A decoded object: its kind, its payload's blocks, its metadata. All checksums are verified."""

    def __init__(self, key, data):
        need(len(data) >= FOOTER, "%s is too short" % key)
        footer = data[-FOOTER:]
        magic, version, kind, zero, blocks, length, hashed, meta_sum, own_sum = struct.unpack("<8sBBHIQQII", footer)
        need(magic == b"S3SHARD1", "%s has no footer of ours" % key)
        need(own_sum == crc32c(footer[:-4]), "%s: its footer is corrupt" % key)
        need(version == 1 and zero == 0, "%s: format version %d" % (key, version))
        need(hashed == key_hash(key), "%s was written under another key" % key)
        frames = -(-blocks // PER_FRAME)
        payload = frames * FRAME_HEADER + blocks * BLOCK
        need(payload + length + FOOTER == len(data), "%s: its length is wrong" % key)
        metadata = data[payload : payload + length]
        need(meta_sum == crc32c(metadata), "%s: its metadata is corrupt" % key)
        self.key, self.kind, self.metadata = key, KINDS[kind], metadata
        self.blocks = [self._block(data, number, hashed) for number in range(blocks)]
        for absent in range(blocks, frames * PER_FRAME):
            at = absent // PER_FRAME * FRAME + 4 * (absent % PER_FRAME)
            need(data[at : at + 4] == b"\0\0\0\0", "%s: a checksum of a block that is not there" % key)

    def _block(self, data, number, hashed):
        frame, place = number // PER_FRAME * FRAME, number % PER_FRAME
        (expected,) = struct.unpack_from("<I", data, frame + 4 * place)
        start = frame + FRAME_HEADER + place * BLOCK
        content = data[start : start + BLOCK]
        seed = struct.pack("<QQ", hashed, number)
        need(crc32c(content, crc32c(seed)) == expected, "%s: block %d is corrupt" % (self.key, number))
        return content

    def message(self, kind=None):
        need(kind is None or self.kind == kind, "%s is a %s, expected %s" % (self.key, self.kind, kind))
        return SCHEMA.decode(MESSAGES[self.kind], self.metadata)


# ---- keys


def hex16(number):
    return "%016x" % number


def log_key(volume, slot):
    return "volumes/%s/log/%s" % (volume, hex16(LAST_SLOT - slot))


def name_key(name):
    plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
    return "names/" + "".join(chr(b) if chr(b) in plain else "%%%02X" % b for b in name.encode())


def newest_name_key(folder, name):
    """The key of the newest entry of a name; the lowest after '~' is the newest."""
    first = name_key(name)
    later = sorted(key for key in os.listdir(os.path.join(folder, "names")) if ("names/" + key).startswith(first + "~"))
    if not later:
        return first
    need(LAST_SLOT - int(later[0].rpartition("~")[2], 16) & 1 == 0, "there is no volume of this name")
    return "names/" + later[0]


def object_key(ref, own, volumes):
    """The key of an ObjectRef in a message that volume OWN wrote, with the message's table of others."""
    volume = own if ref["volume"] == 0 else volumes[ref["volume"] - 1]
    if ref["kind"] == "KIND_LOG":
        return log_key(volume, ref["epoch"])
    folder = {"KIND_DATA": "data", "KIND_MAP": "map"}[ref["kind"]]
    return "volumes/%s/%s/%s-%s-%s" % (volume, folder, hex16(ref["epoch"]), hex16(ref["tail"]), hex16(ref["counter"]))


# ---- the log


class Volume:
    def __init__(self, folder, volume):
        self.folder, self.id, self.objects = folder, volume, {}

    def get(self, key):
        if key not in self.objects:
            with open(os.path.join(self.folder, key), "rb") as file:
                self.objects[key] = Object(key, file.read())
        return self.objects[key]

    def slots(self):
        """Newest first, as a listing shows them."""
        names = sorted(os.listdir(os.path.join(self.folder, "volumes", self.id, "log")))
        return [LAST_SLOT - int(name, 16) for name in names]

    def record(self, slot):
        record = self.get(log_key(self.id, slot)).message("LOG_RECORD")
        need(record["volume_id"] == self.id and record["slot"] == slot, "a record of another place")
        return record

    def load(self, upto=None):
        """The state at the tail, or after a slot, and the newest checkpoint: (tail, state, checkpoint or None)."""
        slots = [slot for slot in self.slots() if upto is None or slot <= upto]
        blind = []
        at = slots[0]
        while "control" not in self.record(at):
            blind.insert(0, at)
            at -= 1
        known = self.record(at)
        state = known["control"]
        for slot in blind:
            state = after(self, state, slot, self.record(slot))
        return slots[0], state, known.get("checkpoint")

    def commits(self, covers, tail):
        """The COMMITs of slots covers + 1 to tail that stand: (slot, COMMIT)."""
        met, standing = None, []
        for slot in range(covers + 1, tail + 1):
            record = self.record(slot)
            carried = record.get("control")
            if "commit" in record:
                state = carried if met is None else met
                if is_open(state, record["commit"]["epoch"]) and not state["hold"]:
                    standing.append((slot, record["commit"]))
                else:
                    carried = None
            if carried is not None:
                met = carried
            elif met is not None:
                met = after(self, met, slot, record)
        return standing

    def pins(self, state):
        pins = []
        if "pin_table" in state:
            table = object_key(state["pin_table"], self.id, [])
            pins = self.get(table).message("PIN_TABLE")["pins"]
        return [pin for pin in pins if pin["slot"] not in state["pins_removed"]] + state["pins_added"]


def is_open(state, epoch):
    return ("owner" in state) == (epoch != 0) and (epoch == 0 or state["owner"]["epoch"] == epoch)


def after(volume, state, slot, record):
    """The state after a record: RFC 0001 §2, row by row. A record that may not stand changes nothing."""
    kind = next(kind for kind in record if kind in RULES)
    body = record[kind]
    state = dict(state)
    if not state["abandoned"]:
        RULES[kind](volume, state, slot, body)
    return state


def end_epoch(state):
    state.pop("owner", None)
    state["hold"] = ""


def attached(state):
    return {entry["node"]: entry["mode"] for entry in state["attachments"]}


def do_open(volume, state, slot, body):
    mode = attached(state).get(body["writer"]["node"])
    may = not state["requires_attach"] or mode == "ATTACH_MODE_SINGLE_WRITER"
    presumed = body["presumed_epoch"]
    if state["retired"] or not is_open(state, presumed) or body["takes_over"] and presumed == 0 or not may:
        return
    kept = state["owner"]["arena_sequence"] if body["takes_over"] else 0
    opened = body["opened_unix_millis"]
    state["owner"] = {"epoch": slot, "writer": body["writer"], "arena_sequence": kept, "opened_unix_millis": opened}
    state["last_epoch"], state["hold"] = slot, ""


def do_commit(volume, state, slot, body):
    if is_open(state, body["epoch"]) and not state["hold"]:
        state["owner"] = dict(state["owner"], arena_sequence=body["arena_sequence"])
        state["size_bytes"] = max(state["size_bytes"], body["size_bytes"])


def do_close(volume, state, slot, body):
    if is_open(state, body["epoch"]):
        end_epoch(state)


def do_attach(volume, state, slot, body):
    reading = "ATTACH_MODE_READ_ONLY"
    for node, mode in attached(state).items():
        fits = mode == body["mode"] if node == body["node"] else mode == body["mode"] == reading
        if not fits:
            return
    if not state["retired"] and body["node"] not in attached(state):
        state["attachments"] = state["attachments"] + [body]


def do_detach(volume, state, slot, body):
    state["attachments"] = [entry for entry in state["attachments"] if entry["node"] != body["node"]]
    if "owner" in state and state["owner"]["writer"]["node"] == body["node"]:
        end_epoch(state)


def do_pin(volume, state, slot, body):
    pins = volume.pins(state)
    taken = len(pins) >= 10000 or any(pin["name"] == body["name"] for pin in pins)
    position = body["position"]
    lives = any(pin["position"] == position for pin in pins) if position else not state["retired"]
    if taken or not lives or body["hold"] not in ("", state["hold"]):
        return
    pin = {key: body[key] for key in ("name", "purpose", "created_unix_millis")}
    state["pins_added"] = state["pins_added"] + [dict(pin, slot=slot, position=position or slot)]
    if body["hold"]:
        state["hold"] = ""


def do_unpin(volume, state, slot, body):
    if any(pin["slot"] == body["pin"] for pin in volume.pins(state)):
        added = [pin for pin in state["pins_added"] if pin["slot"] != body["pin"]]
        if len(added) == len(state["pins_added"]):
            state["pins_removed"] = state["pins_removed"] + [body["pin"]]
        state["pins_added"] = added


def do_hold(volume, state, slot, body):
    if not state["retired"] and not state["hold"]:
        state["hold"] = body["group"]


def do_release(volume, state, slot, body):
    if state["hold"] == body["group"]:
        state["hold"] = ""


def do_set(volume, state, slot, body):
    renamed = body["name"] and body["presumed_name"] != state["name"]
    if state["retired"] or body["size_bytes"] and body["size_bytes"] < state["size_bytes"] or renamed:
        return
    state["size_bytes"] = max(state["size_bytes"], body["size_bytes"])
    state["name"] = body["name"] or state["name"]
    merged = dict(state["attributes"], **body["attributes"])
    state["attributes"] = {key: value for key, value in merged.items() if value}
    state["features"] = sorted(set(state["features"]) | set(body["features"]))


def do_retire(volume, state, slot, body):
    if not state["retired"]:
        state["retired"] = True
        end_epoch(state)


def do_nothing(volume, state, slot, body):
    """A CREATE stands in slot 1 only."""


RULES = {
    "create": do_nothing,
    "open": do_open,
    "commit": do_commit,
    "close": do_close,
    "attach": do_attach,
    "detach": do_detach,
    "pin": do_pin,
    "unpin": do_unpin,
    "hold": do_hold,
    "release": do_release,
    "set": do_set,
    "retire": do_retire,
}


# ---- where the blocks lie


class Blocks:
    """What each block of an image is: None for zeros, or (key of the object, block of its payload)."""

    def __init__(self, volume, count):
        self.volume = volume
        self.at = [None] * count
        self.slot = [0] * count  # which COMMIT said so; 0: what a checkpoint says

    def put(self, block, source, slot=0):
        if block < len(self.at):
            self.at[block], self.slot[block] = source, slot

    def checkpoint(self, key):
        root = self.volume.get(key).message("ROOT")
        chunk_blocks = root["chunk_size_bytes"] // BLOCK
        for page in root["pages"]:
            self.page(object_key(page["page"], self.volume.id, root["volumes"]), chunk_blocks)
        for delta in root["deltas"]:
            self.page(object_key(delta, self.volume.id, root["volumes"]), chunk_blocks)

    def page(self, key, chunk_blocks):
        owner = key.split("/")[1]
        page = self.volume.get(key).message("PAGE")
        objects = [(object_key(ref, owner, page["volumes"]), ref["blocks"]) for ref in page["objects"]]
        chunk = -1
        for entry in page["entries"]:
            chunk += entry["chunk_gap"] + 1
            first = chunk * chunk_blocks
            for block in range(chunk_blocks):
                source = None
                if entry["base"]:
                    name, length = objects[entry["base"] - 1]
                    inside = entry["base_first_block"] + block
                    source = (name, inside) if inside < length else None
                self.put(first + block, source)
            for group in entry["groups"]:
                numbers = struct.unpack("<%dH" % (len(group["blocks"]) // 2), group["blocks"])
                for i, block in enumerate(numbers):
                    if i and block == numbers[i - 1]:
                        continue  # a hole
                    source = (objects[group["object"] - 1][0], group["first_block"] + i) if group["object"] else None
                    self.put(first + block, source)

    def commit(self, slot, commit):
        extents = commit.get("extents")
        if "extents_object" in commit:
            key = object_key(commit["extents_object"], self.volume.id, [])
            extents = self.volume.get(key).message("EXTENTS")
        if extents is None:
            return
        objects = [log_key(self.volume.id, slot)]
        objects += [object_key(ref, self.volume.id, extents["volumes"]) for ref in extents["objects"]]
        block = 0
        for run, gap in enumerate(extents["gap"]):
            block += gap
            up_to = extents["up_to"][run] if extents["up_to"] else 0
            source, first = extents["source"][run], extents["first_block"][run]
            for i in range(extents["count"][run]):
                if block < len(self.at) and (up_to == 0 or self.slot[block] <= up_to):
                    self.put(block, (objects[source - 1], first + i) if source else None, slot)
                block += 1


def where(volume, loaded, count):
    """The blocks of a volume at what Volume.load gave; a clone without a checkpoint of its own begins as its source was."""
    tail, state, checkpoint = loaded
    if checkpoint:
        blocks = Blocks(volume, count)
        blocks.checkpoint(object_key(checkpoint["root"], volume.id, []))
    elif "source" in state:
        source = Volume(volume.folder, state["source"]["volume_id"])
        blocks = where(source, source.load(state["source"]["position"]), count)
        blocks.volume, blocks.slot = volume, [0] * count  # older than all slots of the clone
    else:
        blocks = Blocks(volume, count)
    for slot, commit in volume.commits(checkpoint["covers"] if checkpoint else 0, tail):
        blocks.commit(slot, commit)
    return blocks


def read(folder, name, upto=None):
    """The bytes of an image."""
    key = newest_name_key(folder, name)
    with open(os.path.join(folder, key), "rb") as file:
        entry = Object(key, file.read()).message("NAME")
    volume = Volume(folder, entry["volume_id"])
    loaded = volume.load(upto)
    state = loaded[1]
    need(state["name"] == name, "the entry is stale")
    size = state["size_bytes"]
    blocks = where(volume, loaded, -(-size // BLOCK))
    image = bytearray(len(blocks.at) * BLOCK)
    for block, source in enumerate(blocks.at):
        if source:
            image[block * BLOCK : (block + 1) * BLOCK] = volume.get(source[0]).blocks[source[1]]
    return bytes(image[:size])


# ---- the arena


def arena(folder):
    with open(os.path.join(folder, "header"), "rb") as file:
        header = file.read()
    magic, version, state, volume, writers = struct.unpack_from("<8sII16sI", header)
    need(magic == b"S3SARENA" and version == 1, "no arena")
    records = []
    for name in sorted(os.listdir(folder)):
        if name.startswith("segment-"):
            with open(os.path.join(folder, name), "rb") as file:
                records += segment(file.read())
    return {
        "volume": volume.hex(),
        "state": {1: "live", 2: "poisoned", 3: "fenced"}[state],
        "writers": [header[40 + 16 * i : 56 + 16 * i].hex() for i in range(writers)],
        "boot": header[2048:2112].rstrip(b"\0").decode(),
        "records": sorted(records, key=lambda record: record["sequence"]),
    }


def segment(data):
    """The finished records of one segment."""
    records, at = [], 0
    while at + 32 <= len(data) and data[at : at + 4] == b"3S4R":
        kind, length, summed, sequence, offset = struct.unpack_from("<IIIQQ", data, at + 4)
        content = data[at + 32 : at + 32 + length]
        expected = crc32c(data[at + 16 : at + 32] + content, crc32c(data[at + 4 : at + 12])) or 1
        if summed == expected:
            bytes_ = length if kind == 1 else struct.unpack("<Q", content)[0]
            name = {1: "WRITE", 2: "ZERO", 3: "DISCARD", 4: "SIZE"}[kind]
            records.append({"sequence": sequence, "kind": name, "offset": offset, "length": bytes_})
        at += 32 + (length + 7 & ~7)
    return records


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "inspect":
        with open(arguments[2], "rb") as file:
            found = Object(arguments[1], file.read())
        message = SCHEMA.json(MESSAGES[found.kind], found.message()) if found.kind in MESSAGES else {}
        print(json.dumps({"kind": found.kind, "blocks": len(found.blocks), "metadata": message}, indent=2))
    elif len(arguments) in (4, 5) and arguments[0] == "read":
        image = read(arguments[1], arguments[2], int(arguments[4]) if len(arguments) == 5 else None)
        with open(arguments[3], "wb") as file:
            file.write(image)
    elif len(arguments) == 2 and arguments[0] == "arena":
        print(json.dumps(arena(arguments[1]), indent=2))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Damaged, OSError) as e:
        sys.exit("read_volume.py: %s" % e)
