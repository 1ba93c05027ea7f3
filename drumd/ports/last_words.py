"""What ends every note of a channel, whoever began it."""

from __future__ import annotations

from collections.abc import Iterator

import mido

ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123


def last_words(channel: int) -> Iterator[mido.Message]:
    """The controllers first: what knows them is silent at once."""
    for control in (ALL_SOUND_OFF, ALL_NOTES_OFF):
        yield mido.Message("control_change", control=control, channel=channel)
    for note in range(128):
        yield mido.Message("note_off", note=note, channel=channel)
