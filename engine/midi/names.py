"""What people call a guitar, a bass and drums, in the languages and scripts that files come in."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ENCODINGS = ("latin-1", "cp932", "cp949", "gbk", "big5", "cp1251", "koi8-r", "cp1253", "cp1250")
LONGEST = 80  # characters of a name that are kept


def _folded(text: str) -> str:
    """Without case, accents and forms of letters: so that names can be compared."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _any_of(*words: str, patterns: str) -> re.Pattern[str]:
    return re.compile("|".join([*(re.escape(_folded(word)) for word in words), patterns]))


# Stems: `gitar` stands for Gitarre, gitár, gitara, gitarr, and so on.
_GUITAR = _any_of(
    "guitar", "gitar", "gitaar", "gjitar", "chitarr", "kitar", "kytar", "gtr", "violão",
    "гитар", "гітар", "китара", "ギター", "기타", "吉他", "吉它", "結他", "结他", "κιθαρ",
    "גיטרה", "غيتار", "جيتار", "गिटार", "กีตาร์",
    patterns=r"(?<![a-z])e?[-. ]?g(i?t)s?(?![a-z])",
)  # fmt: skip
_BASS = _any_of(
    "bajo", "baixo", "ベース", "베이스", "贝斯", "貝斯", "贝司", "低音", "μπασο", "βασο",
    "контрабас",
    patterns=r"bass(?!oon)|basgit|basova|(?<![a-z])bas(?![a-z])|(?<![а-я])бас(?!к)",
)  # fmt: skip
_DRUMS = _any_of(
    "drum", "percus", "perkus", "schlagz", "schlagwerk", "slagwerk", "slagverk", "trommel",
    "trommer", "trummor", "batteri", "bateria", "bicí", "bębn", "rummut", "rumpu", "ütős",
    "τυμπαν", "ντραμ", "ударн", "барабан", "ドラム", "드럼", "鼓", "打楽器", "打击",
    "snare", "cymbal", "hi-hat", "hihat",
    patterns=r"(?<![a-z])(kick|toms?|perc|dob|davul|drs|bfd\d?|kit)(?![a-z])",
)  # fmt: skip
_STRING = re.compile(
    r"string|saite|cordes?\b|cuerda|corda|snaar|struna?\b|strang|strunn|струн|弦|\bstr\b"
)


@lru_cache(maxsize=4096)
def is_guitar(name: str) -> bool:
    """Whether a name says guitar, and not bass guitar."""
    return bool(_GUITAR.search(_folded(name))) and not is_bass(name)


@lru_cache(maxsize=4096)
def is_bass(name: str) -> bool:
    return bool(_BASS.search(_folded(name))) and not is_drums(name)


@lru_cache(maxsize=4096)
def is_drums(name: str) -> bool:
    """Whether a name says drums or a part of them; "Bass drum" does, a guitar does not."""
    folded = _folded(name)
    return bool(_DRUMS.search(folded)) and not _GUITAR.search(folded)


def is_string(name: str) -> bool:
    """Whether a name tells of one string of a guitar."""
    return bool(_STRING.search(_folded(name)))


def without_number(name: str) -> str:
    """A name without what tells one string from the others: `Guitar` of `Guitar string 6`."""
    words = re.split(r"[\s_\-.:#()]+", name.strip())
    kept = [word for word in words if word and not (is_string(word) or _is_number(word))]
    return " ".join(kept).rstrip("0123456789 ")


def _is_number(word: str) -> bool:
    return bool(re.fullmatch(r"\d+(st|nd|rd|th)?|[eadgbEADGB]\d?|s\d", word))


@lru_cache(maxsize=4096)
def decode(data: bytes) -> str:
    """The text of a name: UTF-8, or the old encoding in which it means something to us."""
    try:
        return shown(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if is_guitar(text) or is_bass(text) or is_drums(text):
            return shown(text)
    return shown(data.decode("latin-1"))


def shown(text: str) -> str:
    """A name as it may be shown anywhere: nothing in it can steer a terminal."""
    return "".join(letter for letter in text[:LONGEST] if letter.isprintable()).strip()
