"""Which groove each bar keeps to: ideas from the book, by all of the guitar that was heard.

Live a `Guide` hears the song bar by bar as requests come; for a file it is told the whole part
first (`plan`). It belongs to the drummer's process.

Shapes: g grooves of the book.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.encoding.features import Floats
from engine.grooves.book import ROWS, Book, alike, folded, loops, read_book
from engine.grooves.groove import WRITTEN, Groove, feel_of, keeper_of
from engine.grooves.heard import LONGEST, HeardBar, heard_bar, summary, told
from engine.grooves.ideas import IDEAS, choose_ideas, worth_of
from engine.grooves.memory import LETTERS, PartMemory, parts_of
from engine.inference.bundle import Bundle
from engine.inference.runtime import open_ranker
from engine.music.kit import Voice
from engine.music.notes import SOMEWHERE, Idea, InPart, Metre, Request
from engine.music.song import Bar
from engine.music.wishes import DENSEST, SPARSEST, Style, Wishes

Rank = Callable[[Floats], tuple[Floats, Floats]]
"""The fit network: (1, FIT_INPUTS) to logits of chances and agreement, (g,) each."""

HELD = 2  # bars from which on a metre is not only one of some by turns
SURER_AFTER = (2, 4, 8)  # bars after which the first choice may be thought over
CLEARLY = 0.01  # agreement by which another groove must be better then
WISH_WEIGHT = 0.06  # agreement that a groove loses for each stroke a beat off the wished density
STYLE_BONUS = 0.2  # that one gains for being of the wished style
IDIOMS = (Style.JAZZ, Style.BALLAD, Style.DANCE)  # what such songs share is often none
IDIOM_BONUS = 0.1  # that a groove gains on top in these if it was written for drumd, at its tempo
SLACK = 1.15  # times so much slower or faster is its tempo still
FEEL_BONUS = 0.25  # likewise for the feel
PERCUSSION = (Voice.COWBELL, Voice.TAMBOURINE, Voice.SHAKER)
HANDS_FULL = 0.03  # agreement that a groove loses for wanting one more pair of hands
RELATED = (0.3, 0.9)  # F1 between the groove of another part and that of the first
RELATED_WEIGHT = 0.15
OTHER_KEEPER = 0.05  # agreement that a part's groove gains for keeping time on something else
LOUDER = 1.1  # times the notes a bar of the first part: the hand goes to an open cymbal
OPEN = (Voice.OPEN_HAT, Voice.HALF_OPEN_HAT, Voice.RIDE, Voice.RIDE_BELL, Voice.CRASH)
BODY = [ROWS.index(voice) for voice in (Voice.KICK, Voice.SNARE)]
SAME_BODY = 0.6  # F1 of kick and snare from which on a groove is the first one, lifted


@dataclass(frozen=True, slots=True)
class Choice:
    """The groove of a bar, and in words which one it is."""

    groove: Groove
    told: str
    part: str = LETTERS[0]
    place: InPart = SOMEWHERE
    loosely: bool = True  # not a groove that the player gave or kept
    anew: bool = False  # the first choice was thought over just now


_Thought = tuple[list[int], dict[tuple[int, int], int]]
"""The ideas and what was chosen of them, under some wishes of the player's."""


@dataclass(slots=True)
class _Song:
    """What is known of the song that is being played."""

    bars: list[HeardBar] = field(default_factory=list)
    memory: PartMemory = field(default_factory=PartMemory)
    of_part: dict[int, list[HeardBar]] = field(default_factory=dict)
    ideas: list[int] = field(default_factory=list)  # for the first part
    chosen: dict[tuple[int, int], int] = field(default_factory=dict)  # (idea, part) to a groove
    wishes: Wishes | None = None
    metre: Metre | None = None
    held: int = 0  # bars that were asked for in that metre
    first_in: dict[Metre, int] = field(default_factory=dict)  # the first part in each
    left_in: dict[Metre, int] = field(default_factory=dict)  # the last one before it changed
    bpm: float = 120.0  # of the bar to come
    thought: dict[tuple[Wishes, Metre], _Thought] = field(default_factory=dict)
    thought_over: int | None = None  # the bar at which another groove took over last
    heard_to: float = float("-inf")

    @property
    def first(self) -> int:
        """The first part in the metre of now, which keeps to the idea itself."""
        return 0 if self.metre is None else self.first_in.get(self.metre, 0)


class Guide:
    """Chooses grooves from a book."""

    def __init__(self, book: Book, rank: Rank) -> None:
        self.book, self._prior = book.grooves, book.prior
        self._rank = rank
        struck = folded(loops(self.book))
        self._alike, self._body = alike(struck), alike(struck[..., BODY])
        self._density = np.array([groove.density for groove in self.book])
        self._style = np.array([groove.style for groove in self.book])
        self._bpm = np.array([groove.bpm for groove in self.book])
        self._written = np.array([groove.source == WRITTEN for groove in self.book])
        self._percussion = np.array(
            [any(hit.voice in PERCUSSION for hit in groove.pattern.hits) for groove in self.book],
            np.float64,
        )
        grids = [groove.grid() for groove in self.book]  # read once: live, a part must not wait
        self._feel = np.array([feel_of(grid) for grid in grids])
        keepers = [keeper_of(grid) for grid in grids]
        self._keeper = np.array([-1 if voice is None else voice for voice in keepers])
        self._is_open = np.isin(self._keeper, OPEN)
        self._metre = np.array([str(groove.metre) for groove in self.book])
        self._beats = np.array([groove.metre.beats for groove in self.book])
        self._number, self._song = -2, _Song()
        self._shown: dict[int, Idea] = {}  # by their place in the book

    @property
    def ideas(self) -> tuple[Idea, ...]:
        """What is offered for the part that plays, live; nothing before the first bar."""
        song, part = self._song, self._song.memory.part
        return tuple(
            self._idea(song.chosen.get((number, part), first))
            for number, first in enumerate(song.ideas)
        )

    def choose(self, request: Request) -> Choice:
        """The groove of the next bar, live: what was played up to it is heard here first."""
        if request.song != self._number:
            self._number, self._song = request.song, _Song()
        song = self._song
        song.bpm = request.bpm
        self._hear(song, request)
        self._follow_metre(song, request.metre)
        if request.called:
            song.memory.call(request.called)
        if request.part:
            song.memory.turn_to(request.part)
        self._think(song, request)
        name, place = song.memory.name, _place(song.memory, request)
        kept = next((one for one in request.kept if one.part == name), None)
        if kept:
            groove = Groove(kept.groove, request.metre, called=kept.name)
            return Choice(groove, kept.name, name, place, loosely=False)
        choice = self._choice(song, request.idea, song.memory.part, request.wishes)
        return replace(choice, part=name, place=place, anew=song.thought_over == request.bar)

    def plan(self, bars: Sequence[Bar], requests: Sequence[Request], idea: int = 0) -> list[Choice]:
        """The groove of each bar of a file, whose guitar is known to its end."""
        heard = [
            heard_bar(one.notes, bar.start, bar.beats, bar.bpm)
            for bar, one in zip(bars, requests, strict=True)
        ]
        parts = parts_of(heard)
        songs: dict[Metre, _Song] = {}
        for metre in dict.fromkeys(bar.metre for bar in bars):
            mine = [at for at, bar in enumerate(bars) if bar.metre == metre]
            song = _Song([heard[at] for at in mine], metre=metre)
            for at in mine:
                song.of_part.setdefault(parts[at], []).append(heard[at])
            song.wishes, song.bpm = requests[mine[0]].wishes, bars[mine[0]].bpm
            song.ideas = self._ideas(song, metre, song.wishes)
            songs[metre] = song
        return [
            self._choice(songs[bar.metre], idea, part, one.wishes)
            for bar, part, one in zip(bars, parts, requests, strict=True)
        ]

    def _hear(self, song: _Song, request: Request) -> None:
        """The bar that ends where the request begins, in the metre it was in."""
        beats = (song.metre or request.metre).beats
        start = request.start - beats
        if start < song.heard_to - beats / 2 and song.heard_to > request.start + beats / 2:
            song.heard_to = start  # the song was moved back
        if start < song.heard_to - 1e-6:
            return
        bar = heard_bar(request.notes, start, beats, request.bpm)
        song.heard_to = request.start
        if not song.bars and not bar.steps[..., 0].any():
            return  # nothing was played yet
        song.bars.append(bar)
        part = song.memory.hear(bar)
        song.of_part.setdefault(part, []).append(bar)

    def _follow_metre(self, song: _Song, metre: Metre) -> None:
        """What is in another metre is another part; the part that was left comes back with its own.

        Of metres that take turns from bar to bar the whole is one part.
        """
        if song.metre in (None, metre):
            song.held += 1
            song.first_in.setdefault(metre, song.memory.part)
            return
        song.left_in[song.metre] = song.memory.part
        home = song.left_in.get(metre)
        if home != song.memory.part and (home is not None or song.held >= HELD):
            song.first_in.setdefault(metre, song.memory.turn_metre(home))
        song.held = 1

    def _think(self, song: _Song, request: Request) -> None:
        """Chooses the ideas, at first, when the player's words change, and when it is surer."""
        wishes = replace(request.wishes, fill=None, humanize=None, intensity=None)
        if not song.ideas or wishes != song.wishes or request.metre != song.metre:
            words = song.wishes, song.metre = wishes, request.metre
            if words not in song.thought:  # a part that comes back brings its words with it
                song.thought[words] = self._ideas(song, request.metre, wishes), {}
            song.ideas, song.chosen = song.thought[words]
        elif request.since in SURER_AFTER and request.idea == 0 and song.memory.part == song.first:
            better = self._ideas(song, request.metre, wishes)
            worth = self._worth(song, song.bars, request.metre, wishes)
            if worth[better[0]] > worth[song.ideas[0]] + CLEARLY:
                song.ideas, song.chosen = song.thought[wishes, request.metre] = better, {}
                song.thought_over = request.bar

    def _choice(self, song: _Song, idea: int, part: int, wishes: Wishes) -> Choice:
        number = idea % len(song.ideas)
        if (number, part) not in song.chosen:
            song.chosen[number, part] = self._for_part(song, song.ideas[number], part, wishes)
        groove = self.book[song.chosen[number, part]]
        told = f"idea {number + 1} of {len(song.ideas)}: {groove.name}"
        return Choice(groove, told, LETTERS[part])

    def _idea(self, place: int) -> Idea:
        if place not in self._shown:
            groove = self.book[place]
            self._shown[place] = Idea(groove.name, groove.bar(0))
        return self._shown[place]

    def _for_part(self, song: _Song, first: int, part: int, wishes: Wishes) -> int:
        """The groove of a part: the first part's is the idea; others get one related to it."""
        if part == song.first or song.metre is None:
            return first
        bars = song.of_part.get(part, song.bars)
        worth = self._worth(song, bars, song.metre, wishes)
        near, body = self._alike[first], self._body[first]
        fits = (worth > -1) & (self._feel == self._feel[first])
        fits[list(song.chosen.values())] = False
        other = self._keeper != self._keeper[first]
        related = fits & (near >= RELATED[0]) & (near <= RELATED[1])
        if _notes_a_bar(bars) > LOUDER * _notes_a_bar(song.of_part.get(song.first, song.bars)):
            lifted = fits & other & self._is_open & (body >= SAME_BODY)
            related = lifted if lifted.any() else related
        if not related.any():
            return first
        value = worth + RELATED_WEIGHT * (near + body) / 2 + OTHER_KEEPER * other
        return int(np.where(related, value, -np.inf).argmax())

    def _ideas(self, song: _Song, metre: Metre, wishes: Wishes) -> list[int]:
        chance, hope = self._answer(song, song.bars, metre, wishes)
        fits = np.flatnonzero(self._fits(metre))
        bent = self._bent(wishes, song.bpm)
        mine = np.ix_(fits, fits)
        known = (chance[fits], hope[fits], self._alike[mine], self._prior[fits])
        chosen = choose_ideas(*known, bent=bent[fits], count=IDEAS)
        return [int(fits[one]) for one in chosen]

    def _worth(
        self, song: _Song, bars: Sequence[HeardBar], metre: Metre, wishes: Wishes
    ) -> NDArray[np.float64]:
        """The agreement to be expected of each groove, (g,); -2 where its metre is another."""
        chance, hope = self._answer(song, bars, metre, wishes)
        worth = worth_of(chance, hope, self._alike, self._prior)
        worth += self._bent(wishes, song.bpm)
        return np.where(self._fits(metre), worth, -2)

    def _answer(
        self, song: _Song, bars: Sequence[HeardBar], metre: Metre, wishes: Wishes
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The network's chances among the grooves that fit, and agreement, (g,) each."""
        mine = [bar for bar in bars if bar.beats == metre.beats] or bars
        heard = list(mine[-LONGEST:]) or [heard_bar((), 0.0, metre.beats, song.bpm)]
        laid = np.stack([bar.steps for bar in heard])
        tally = np.stack([bar.tally for bar in heard])
        heard_all = summary(laid, tally, metre.beats, heard[-1].bpm)
        logits, hope = self._rank(np.concatenate([heard_all, told(wishes)])[None])
        fits = self._fits(metre)
        weight = np.where(fits, np.exp(logits - logits[fits].max()), 0.0)
        return weight / weight.sum(), np.asarray(hope, np.float64)

    def _bent(self, wishes: Wishes, bpm: float) -> NDArray[np.float64]:
        """What the player's words add to each groove's worth, (g,)."""
        bent = -HANDS_FULL * self._percussion
        if wishes.density is not None:
            wanted = SPARSEST + wishes.density * (DENSEST - SPARSEST)
            bent -= WISH_WEIGHT * np.abs(self._density - wanted)
        if wishes.style is not None:
            of_style = self._style == wishes.style.name.lower()
            bent += of_style * STYLE_BONUS
            if wishes.style in IDIOMS:
                slowest, fastest = self._bpm.T
                at_tempo = (slowest <= bpm * SLACK) & (bpm <= fastest * SLACK)
                bent += of_style * self._written * at_tempo * IDIOM_BONUS
        if wishes.feel is not None:
            bent += FEEL_BONUS * (self._feel == wishes.feel)
        return bent

    def _fits(self, metre: Metre) -> NDArray[np.bool_]:
        """Which grooves are of the metre; those of its length, or of any, where none is."""
        same = self._metre == str(metre)
        if not same.any():
            same = self._beats == metre.beats
        return same if same.any() else np.ones(len(self.book), bool)


def _notes_a_bar(bars: Sequence[HeardBar]) -> float:
    """Notes in a bar that is not silent, in the mean."""
    counts = [int(bar.steps[..., 0].sum()) for bar in bars]
    sounding = [one for one in counts if one]
    return sum(sounding) / max(1, len(sounding))


def _place(memory: PartMemory, request: Request) -> InPart:
    """Where the next bar lies in its part; who is told the parts announces none."""
    told = bool(request.part)
    silent = told or request.wishes.fill is False
    turned = memory.begun > 0 and not told
    return InPart(memory.bars, leads_on=not silent and memory.turning, turned=turned)


def open_guide(bundle: Bundle) -> Guide | None:
    """The guide of a bundle; None for one of the first kit."""
    if bundle.is_first_kit:
        return None
    return Guide(read_book(bundle.grooves), open_ranker(bundle))
