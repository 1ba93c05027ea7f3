"""A strummed guitar as onsets, and the taps that count it in."""

Onset = tuple[float, int, int]
ROOTS = (40, 45, 43, 38)


def strummed(bars: int = 12, *, bpm: float = 100, start: float = 1.0) -> list[Onset]:
    """Eighths in 4/4: a bass note and a chord on the beat, the chord alone off it."""
    onsets: list[Onset] = []
    for eighth in range(bars * 8):
        time, root = start + eighth * 30 / bpm, ROOTS[eighth // 8 % 4]
        accent = 25 if eighth % 8 == 0 else 10 if eighth % 2 == 0 else 0
        low = [root] if eighth % 4 == 0 else []
        for order, pitch in enumerate([*low, root + 12, root + 19, root + 24]):
            onsets.append((time + 0.004 * order, pitch, 75 + accent))
    return onsets


def taps(bpm: float, one: float) -> list[float]:
    return [one - k * 60 / bpm for k in (4, 3, 2, 1)]
