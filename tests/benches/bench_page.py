"""The page: its size, how soon it is there and a press is answered, what it costs the drums."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import mido

from drumd.page.assets import assets
from tests.benches.figures import Figure, Options, skipped
from tests.support.chromium import PATIENCE_MS, browser, chromium

SIZE_KB, PAINT_MS, ANSWER_MS, COST = 150.0, 500.0, 100.0, 1.1
LOADS, PRESSES, PAGES, RUNS = 7, 40, 3, 3
RUN_S, LONG_RUN_S = 30, 200
BPM = 120.0
TOLD = re.compile(r"page: (http\S+)")
OPEN = "body[data-state=open]"
PRESS = """() => new Promise((answered) => {
  const button = document.querySelector("#do-hold");
  const before = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    answered(performance.now() - before);
  }).observe(button, { attributeFilter: ["aria-pressed"] });
  button.click();
})"""
PAINT = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null'


@dataclass
class Jam:
    """A daemon that plays; its summary is there when it has ended."""

    link: str
    summary: dict[str, Any]


def run(options: Options) -> Iterator[Figure]:
    size = sum(len(asset.body) for asset in assets().values())
    yield Figure("page: size of all its files", size / 1e3, SIZE_KB, "kB")
    if not chromium():
        yield skipped("page: first paint, presses, cost", "chromium")
        return
    with browser() as opened, jam() as playing:
        paints = [_first_paint(opened, playing.link) for _ in range(LOADS)]
        yield Figure("page: first paint, median", median(paints), PAINT_MS, "ms")
        page = _page(opened, playing.link)
        presses = sorted(page.evaluate(PRESS) for _ in range(PRESSES))
        yield Figure("page: press to the status that answers, median", median(presses), unit="ms")
        p95 = presses[int(0.95 * len(presses))]
        yield Figure("page: press to the status that answers, p95", p95, ANSWER_MS, "ms")
    yield from _cost(LONG_RUN_S if options.long else RUN_S)


def _cost(seconds: int) -> Iterator[Figure]:
    """Lateness of the drums with pages open against none, by turns."""
    late: dict[int, list[float]] = {0: [], PAGES: []}
    for _ in range(RUNS):
        for pages, found in late.items():
            with ExitStack() as stack:
                opened = stack.enter_context(browser())
                playing = stack.enter_context(jam())
                kept = [_page(opened, playing.link) for _ in range(pages)]
                time.sleep(seconds)
                assert len(kept) == pages
            found.append(playing.summary["lateness_ms"]["p99"])
    none, some = (median(found) for found in late.values())
    yield Figure("drums: lateness p99, no page open", none, unit="ms")
    yield Figure(f"drums: lateness p99, {PAGES} pages open", some, unit="ms")
    yield Figure("drums: the one against the other", some / none, COST)


@contextmanager
def jam() -> Iterator[Jam]:
    """A daemon with the drummer that ships, a guitar from a file, drums into a file, and a page."""
    with tempfile.TemporaryDirectory() as folder:
        _guitar(Path(folder) / "guitar.mid", bars=1000)
        words = ("--in", "guitar.mid", "--out", "jam.mid", "--page", "--page-port", "0", "--json")
        process = subprocess.Popen(
            [sys.executable, "-m", "drumd", "listen", *words],
            cwd=folder,
            env=os.environ | {"XDG_RUNTIME_DIR": folder, "PYTHONPATH": str(Path.cwd())},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr
        playing = Jam(next(filter(None, map(TOLD.search, process.stderr)))[1], {})
        try:
            yield playing
        finally:
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate()
            playing.summary = json.loads(out)


def _guitar(path: Path, bars: int) -> None:
    """Eighths on the low strings."""
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BPM))])
    for number in range(8 * bars):
        pitch = (45, 45, 48, 50)[number // 8 % 4]
        track.append(mido.Message("note_on", note=pitch, velocity=100 if number % 2 else 80))
        track.append(mido.Message("note_off", note=pitch, time=240))
    mido.MidiFile(type=1, ticks_per_beat=480, tracks=[track]).save(path)


def _page(opened: Any, link: str) -> Any:
    page = opened.new_context().new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(link)
    page.wait_for_selector(OPEN, state="attached")
    return page


def _first_paint(opened: Any, link: str) -> float:
    page = opened.new_context().new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(link)
    page.wait_for_function(f"({PAINT}) !== null")
    painted = float(page.evaluate(PAINT))
    page.context.close()
    return painted
