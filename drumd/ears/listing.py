"""The audio inputs that are there, for `drumd ports`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AudioInputs:
    """What `--in "audio:NAME"` may name, by where it is; or why nothing is shown."""

    where: str
    names: tuple[str, ...]
    problem: str = ""

    def worth_telling(self) -> bool:
        return bool(self.names or self.problem)


def list_audio() -> list[AudioInputs]:
    """The sound cards' inputs, and those of a JACK server that runs."""
    return [*_on_jack(), _cards()]


def _on_jack() -> list[AudioInputs]:
    from drumd.errors import PortError
    from drumd.ports.jack import client

    if not client.available():
        return []
    try:
        server = client.AudioClient("input")
    except PortError:
        return []
    try:
        return [AudioInputs("jack", server.names("input"))]
    finally:
        server.close()


def _cards() -> AudioInputs:
    from drumd.ears.sources.base import SourceError
    from drumd.ears.sources.card import list_cards

    try:
        return AudioInputs("cards", list_cards())
    except SourceError as error:
        return AudioInputs("cards", (), str(error))
