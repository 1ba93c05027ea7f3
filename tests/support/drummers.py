"""Drummers without a model, for the drummer's process: picklable, light, some of them ill."""

import os
import threading
import time
from typing import Protocol

from engine.errors import BundleError
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Idea, Pattern, Request
from engine.music.wishes import FREE
from engine.performance.phrase import Phrase

ROCK = Pattern.from_grid(
    {
        Voice.CLOSED_HAT: "x.x.x.x.x.x.x.x.",
        Voice.SNARE: "....x.......x...",
        Voice.KICK: "x.......x.x.....",
    }
)


class Drummer(Protocol):
    """A drummer."""

    def play(self, request: Request) -> Pattern: ...


class Rock:
    """Plays eighths on the hat in any metre, kick and snare by turns."""

    def play(self, request: Request) -> Pattern:
        beats = request.metre.beats * request.bars
        hats = [Hit(step / 2, PITCH_OF[Voice.CLOSED_HAT], 80) for step in range(int(beats * 2))]
        feet = [
            Hit(float(beat), PITCH_OF[Voice.SNARE if beat % 2 else Voice.KICK], 100)
            for beat in range(int(beats))
        ]
        return Pattern.of(hats + feet, beats)


class Pulse:
    """Strikes each pulse of the metre and nothing else: the kick on one, then the snare."""

    def play(self, request: Request) -> Pattern:
        beats, pulse = request.metre.beats, request.metre.pulse
        drums = [PITCH_OF[Voice.SNARE if k else Voice.KICK] for k in range(round(beats / pulse))]
        return Pattern.of([Hit(k * pulse, drum) for k, drum in enumerate(drums)], beats)


class Ideas:
    """Strikes the one of each bar on the drum of the idea that is asked for, and says so."""

    drums = (PITCH_OF[Voice.KICK], PITCH_OF[Voice.SNARE], PITCH_OF[Voice.LOW_TOM])

    def __init__(self) -> None:
        self.told = ""

    def play(self, request: Request) -> Pattern:
        number = request.idea % len(self.drums)
        self.told = f"idea {number + 1} of {len(self.drums)}: one drum"
        return Pattern.of([Hit(0.0, self.drums[number])], request.metre.beats)


class Named(Ideas):
    """The same, who offers his ideas by names that a page must not take for its own."""

    ideas = tuple(
        Idea(f"{Voice(n).name.lower()} <b id=evil>&lt;</b>", Pattern.of([Hit(0.0, drum)], 4.0))
        for n, drum in enumerate(Ideas.drums)
    )


class Shifted:
    """Plays a little before and behind the grid, so that micro-timing shows."""

    def play(self, request: Request) -> Pattern:
        beats = request.metre.beats
        hits = [
            Hit(beat + 0.03 * (beat % 3 - 1), PITCH_OF[Voice.RIDE], 60 + int(8 * beat))
            for beat in (step / 2 for step in range(int(beats * 2)))
        ]
        return Pattern.of(hits, beats)


class Burning(Shifted):
    """Computes without pause, whether it is asked or not."""

    def __init__(self) -> None:
        threading.Thread(target=self._burn, daemon=True).start()

    def _burn(self) -> None:
        while True:
            sum(range(10_000))


class Hanging:
    def play(self, request: Request) -> Pattern:  # noqa: ARG002 (never looks)
        time.sleep(3600)
        return ROCK


class Raising:
    def play(self, request: Request) -> Pattern:
        raise RuntimeError(f"cannot play bar {request.bar}")


class Unreadable:
    """Cannot be unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return (int, ("no number",))


LIES = frozenset(
    ("nothing", "no pattern", "no such drum", "too loud", "nowhere", "endless", "unreadable")
)


class Lying:
    """Answers with what is no music, in a way of its own."""

    def __init__(self, way: str) -> None:
        self._way = way

    def play(self, request: Request) -> Pattern:  # noqa: ARG002 (never looks)
        lies: dict[str, object] = {
            "nothing": None,
            "no pattern": [("kick", 1)],
            "no such drum": _forged(0.0, 500, 90),
            "too loud": _forged(0.0, 36, 4000),
            "nowhere": _forged(float("nan"), 36, 90),
            "endless": Pattern(ROCK.hits * 1000, 4.0),
            "unreadable": Unreadable(),
        }
        return lies[self._way]  # type: ignore[return-value]


class Lies:
    """Lies when it is asked for the third time, in a way that depends on the bar."""

    def __init__(self) -> None:
        self._asked = 0

    def play(self, request: Request) -> Pattern:
        self._asked += 1
        ways = sorted(LIES)
        drummer = Rock() if self._asked < 3 else Lying(ways[request.bar % len(ways)])
        return drummer.play(request)


def _forged(beat: float, drum: int, velocity: int) -> Pattern:
    """A stroke that no check has seen."""
    hit = Hit(0.0, 36)
    for name, value in (("beat", beat), ("drum", drum), ("velocity", velocity)):
        object.__setattr__(hit, name, value)
    return Pattern((hit,), 4.0)


def broken() -> Rock:
    raise BundleError("the bundle is broken; export it again")


def deadborn() -> Rock:
    os._exit(1)


def bars_of(drummer: type[Rock] | type[Shifted], first: int, last: int) -> list[tuple[float, int]]:
    """(beat, drum) of what is heard of a drummer from bar `first` up to bar `last`, in 4/4."""
    pattern = drummer().play(Request(bar=0, start=0.0, notes=(), heard_until=0.0))
    phrase, heard = Phrase(), list[tuple[float, int]]()
    for bar in range(first, last):
        played = phrase.play(pattern, phrase.wishes(FREE))
        heard += [(4.0 * bar + hit.beat, hit.drum) for hit in played.hits]
    return heard
