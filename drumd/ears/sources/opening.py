"""How a name becomes a source of sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drumd.config import AS_IT_COMES, Hearing, is_audio_file
from drumd.ears.sources.base import SoundSource
from drumd.timing.clock import Clock


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which source, and what of it."""

    name: str  # `audio`, `audio:` and a part of a name, or a file
    api: str = "auto"
    hearing: Hearing = AS_IT_COMES
    again: str | None = None  # the other's port on JACK, before it vanished


def open_source(wanted: Wanted, clock: Clock) -> SoundSource:
    """Open it; a SourceError says what is wrong."""
    if is_audio_file(wanted.name):
        from drumd.ears.sources.file import FileSource

        return FileSource(Path(wanted.name).expanduser(), clock, wanted.hearing.channel)
    part = wanted.name.partition(":")[2]
    if wanted.api == "jack" or (wanted.api == "auto" and _on_jack()):
        from drumd.ears.sources.jack import JackSource

        return JackSource(part, clock, wanted.again)
    from drumd.ears.sources.card import CardSource

    return CardSource(part, clock, wanted.hearing.channel)


def _on_jack() -> bool:
    """Whether a JACK server runs that we can be a client of."""
    from drumd.errors import PortError
    from drumd.ports.jack import client

    if not client.available():
        return False
    try:
        client.list_ports()
    except PortError:
        return False
    return True
