"""Damage: bytes changed, cut out, put in or doubled, and values that no reader expects."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

ODD_BYTES = (
    b"\xff\xff\xff\x7f", b"\x8f\xff\xff\xff\x00", b"\x00\x00\x00\x00", b"\xff\x51\x03\x00\x00\x01",
    b"\xff\x58\x04\x00\x02\x18\x08", b"\xff\x58\x04\x01\x06\x18\x08", b"\xf0\x03\x43\x12\x00",
    b"\xf7\x02\xf3\x01", b"\xff\x59\x00", b"\xff\x2f\x00", b"MTrk\x7f\xff\xff\xff", b"\xff\xff",
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    float("nan"), float("inf"), -float("inf"), 1e300, -1, 0, 2**31, 2**63, 10**400, "", "x" * 5000,
    "\x1b[2J<script>", None, True, [], {}, [[]], [1e-320], {"a": 1}, "0x10", 1.5, -0.0,
)  # fmt: skip
DEEP = "[" * 3000 + "]" * 3000


def damaged_bytes(seed: bytes, chance: Random) -> bytes:
    """The bytes with one to eight wounds."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        size = chance.randrange(1, 9)
        kind = chance.randrange(6)
        if kind == 0 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at : at + size]
        elif kind == 2:
            data[at:at] = chance.randbytes(size)
        elif kind == 3:
            data[at:at] = chance.choice(ODD_BYTES)
        elif kind == 4:
            piece = data[at : at + 8 * size]
            data[at:at] = piece * chance.choice((1, 2, 50))
        elif at < len(data):
            data[at] ^= 1 << chance.randrange(8)
    return bytes(data)


def damaged_text(seed: bytes, chance: Random) -> bytes:
    """Text with a value that makes no sense in the place of one that does, or with wounds."""
    if chance.random() < 0.3:
        return damaged_bytes(seed, chance)
    words = seed.split()
    at = chance.randrange(len(words))
    value = chance.choice(ODD_VALUES)
    words[at] = json.dumps(value).encode() if chance.random() < 0.9 else DEEP.encode()
    return seed.replace(seed.split()[at], words[at], 1)


def damaged_json(seed: bytes, chance: Random) -> bytes:
    """A document with one to three of its values replaced, taken out or doubled."""
    if chance.random() < 0.25:
        return damaged_bytes(seed, chance)
    document = json.loads(seed)
    for _ in range(chance.randint(1, 3)):
        document = _changed(document, chance)
    text = json.dumps(document)
    return (text.replace('"deep"', DEEP) if chance.random() < 0.05 else text).encode()


def _changed(value: Any, chance: Random) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        if chance.random() < 0.15:
            return {name: kept for name, kept in value.items() if name != key}
        return value | {key: _changed(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        at = chance.randrange(len(value))
        if chance.random() < 0.15:
            return [*value, *value[at : at + 1] * 200]
        return [*value[:at], _changed(value[at], chance), *value[at + 1 :]]
    return chance.choice((*ODD_VALUES, "deep"))


Damage = Callable[[bytes, Random], bytes]
