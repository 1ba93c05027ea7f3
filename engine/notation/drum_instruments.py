"""Which sound each note of a drum score has: one unpitched instrument a drum, in MusicXML.

music21 writes one instrument for the whole staff, so programs that play the score guess a drum
from where a note stands. Here the score is told: each drum that is struck is an instrument of its
own, with the MIDI number it sounds at, and each note says which it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from engine.music.general_midi import DRUM_CHANNEL
from engine.music.kit import PITCH_OF, Voice

ROOT = b"<score-partwise"
BEFORE_INSTRUMENT = ("chord", "grace", "cue", "pitch", "unpitched", "rest", "duration", "tie")

Places = Mapping[Voice, tuple[str, str]]  # (place on the staff, head)


def with_instruments(score: bytes, staff: Places) -> bytes:
    """A drum score in which each note names its drum; `staff` tells the drums apart."""
    start = score.index(ROOT)
    root = ET.fromstring(score[start:])
    voice_of = {written: voice for voice, written in staff.items()}
    struck: set[Voice] = set()
    for note in root.iter("note"):
        voice = voice_of.get(_written(note))
        if voice is not None:
            struck.add(voice)
            _name_instrument(note, voice)
    for part in root.iter("score-part"):
        _list_instruments(part, sorted(struck))
    told: bytes = ET.tostring(root, encoding="utf-8")
    return score[:start] + told + b"\n"


def _written(note: Element) -> tuple[str, str]:
    place = note.find("unpitched")
    if place is None:
        return "", ""
    step, octave = place.findtext("display-step", ""), place.findtext("display-octave", "")
    return step + octave, note.findtext("notehead", "normal")


def _name_instrument(note: Element, voice: Voice) -> None:
    for old in note.findall("instrument"):
        note.remove(old)
    place = sum(child.tag in BEFORE_INSTRUMENT for child in note)
    note.insert(place, Element("instrument", id=_id(voice)))


def _list_instruments(part: Element, voices: list[Voice]) -> None:
    for kind in ("score-instrument", "midi-device", "midi-instrument"):
        for old in part.findall(kind):
            part.remove(old)
    for voice in voices:
        name = SubElement(SubElement(part, "score-instrument", id=_id(voice)), "instrument-name")
        name.text = voice.name.replace("_", " ").capitalize()
    for voice in voices:
        sound = SubElement(part, "midi-instrument", id=_id(voice))
        SubElement(sound, "midi-channel").text = str(DRUM_CHANNEL + 1)
        SubElement(sound, "midi-program").text = "1"
        SubElement(sound, "midi-unpitched").text = str(PITCH_OF[voice] + 1)  # counted from 1


def _id(voice: Voice) -> str:
    return f"drum-{PITCH_OF[voice]}"
