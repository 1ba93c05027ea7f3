"""What a driver hands over as bytes, as a message."""

from __future__ import annotations

from collections.abc import Sequence

import mido


def message_of(data: Sequence[int]) -> mido.Message | None:
    """The message, or None where the bytes are no MIDI."""
    try:
        return mido.Message.from_bytes(data)
    except (ValueError, IndexError, TypeError):
        return None
