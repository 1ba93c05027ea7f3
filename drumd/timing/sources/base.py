"""What a source of musical time has to say: the host, a given tempo, the player.

A new source is one new file with one subclass, and its place in `drumd.timing.select`: the musical
clock asks for nothing that is not said here.
"""

from __future__ import annotations

import mido

from drumd.timing.timeline import Timeline
from engine.music.notes import Metre

EVER = float("-inf")
OFF_PULSE = 0.35  # pulses from the nearest one, where "one" is said: the player means another


class Source:
    """Listens to messages in order of arrival and says where the song is.

    Owned by the main thread. `timeline` is the source's best guess, free to move with every
    message: the musical clock does the bending. `jumps` counts the times the song was moved on
    purpose. What a subclass does not say is so of a machine that keeps time: it knows the bar, it
    is sure, and it has nothing to forget.
    """

    name: str = "none"
    knows_bar: bool = True  # where "one" is; else only the pulse
    by_player: bool = False  # its line is drawn through what is played: gently, without jumps

    timeline: Timeline | None = None
    rolling: bool = False
    jumps: int = 0
    metre: Metre | None = None  # that it tells; None: it knows of none
    bar_line: float = 0.0  # the beat from which its bars and pulses are counted

    def hear(self, time: float, message: mido.Message) -> None:
        """Take in a message that arrived at `time` seconds."""

    def strike(self, time: float, stroke: mido.Message) -> None:
        """A stroke heard by ear, as a note of no known pitch; its own notes are heard later."""

    def tick(self, now: float) -> None:
        """Notice that time goes by, and that nothing comes."""

    def tap(self, time: float) -> None:
        """A tap of a count-in, by foot."""

    def this_is_one(self, time: float, off: float) -> None:
        """A bar begins at about `time`, the player says; if this source leads, so many of its beats
        after the nearest pulse of the song. A host stays where it is."""

    def reset(self) -> None:
        """Forget everything: a better source leads now."""

    def take_metre(self, metre: Metre) -> None:
        """The song is in another metre from now on."""

    def go_on(self, timeline: Timeline, bar_line: float, now: float) -> bool:  # noqa: ARG002
        """Count beats as on that line, pulses from that bar line; False if it keeps its own."""
        return False

    def inherit(self, timeline: Timeline, bar_line: float, now: float) -> bool:  # noqa: ARG002
        """Go on from a source that has vanished, on its line; False if this source cannot."""
        return False

    @property
    def standing(self) -> bool:
        """Whether it keeps time and has stopped: then it is waited for."""
        return False

    @property
    def vanished(self) -> bool:
        """Whether it rolls no more because it has gone, not because it was stopped."""
        return False

    @property
    def confidence(self) -> float:
        """The chance that the next beats are right, 0..1."""
        return 1.0 if self.rolling else 0.0

    @property
    def searching(self) -> bool:
        """Whether the player is heard, but not for sure where the beat is."""
        return False

    @property
    def music_from(self) -> float | None:
        """Since when (seconds) what is played is music of this song; None: since just now."""
        return None

    @property
    def counted_in(self) -> float | None:
        """When (seconds) the last tap of a count-in was, if there was one."""
        return None

    @property
    def trouble(self) -> str:
        """One sentence on what is wrong with this source, for the player; empty if nothing is."""
        return ""
