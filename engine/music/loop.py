"""Patterns of some bars that go round: which of their bars a bar of the song keeps to."""

from __future__ import annotations

from dataclasses import replace

from engine.music.notes import Pattern

LEAN = 0.125  # beats; a stroke so little before a bar line belongs to the bar after it


def bar_of(pattern: Pattern, bar_beats: float, number: int) -> Pattern:
    """What a bar of `bar_beats` keeps to: bar `number` % bars of a pattern of whole bars.

    Strokes that lean over their bar line lie a little before 0, also those of the first bar that
    lie at the end of the pattern.
    """
    bars = max(1, round(pattern.beats / bar_beats))
    start = number % bars * bar_beats
    end = start + bar_beats
    hits = []
    for hit in pattern.hits:
        beat = hit.beat - pattern.beats if hit.beat >= pattern.beats - LEAN else hit.beat
        if start - LEAN <= beat < end - LEAN:
            hits.append(replace(hit, beat=beat - start))
    return Pattern.of(hits, bar_beats)
