"""Takes the pictures of the page that the docs show: `python -m tests.support.page_pictures docs`.

They show a jam to the demo guitar, which comes in as sound. It takes two minutes, and a machine
that has a core to spare.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

from tests.support.chromium import PATIENCE_MS, browser

BARS, BPM, TIMES = 16, 112, 4  # of the demo that are played, one after the other
PICTURES = (("page", 1280, 900, "light"), ("page-phone", 390, 844, "dark"))
PLAYED_MS = 12_000  # that a page is open before its picture is taken
PAGE = re.compile(r"page: (http://\S+)")


def guitar(folder: Path) -> None:
    """The demo as a recording, some times over, since the demo alone is short."""
    drumd = [sys.executable, "-m", "drumd", "render"]
    demo = str(Path("drumd/data/demo.mid").resolve())
    subprocess.run([*drumd, demo, "-o", str(folder / "demo.wav")], check=True)
    with wave.open(str(folder / "demo.wav"), "rb") as once:
        frames = once.readframes(round(BARS * 4 * 60 / BPM * once.getframerate()))
        how = once.getparams()
    with wave.open(str(folder / "guitar.wav"), "wb") as long:
        long.setparams(how)
        long.writeframes(frames * TIMES)


def take(address: str, folder: Path) -> None:
    with browser() as opened:
        for name, width, height, colours in PICTURES:
            size = {"width": width, "height": height}
            page = opened.new_page(viewport=size, color_scheme=colours)
            page.goto(address)
            page.wait_for_selector("body[data-playing=true]", timeout=2 * PATIENCE_MS)
            page.wait_for_selector("#idea-list button", timeout=PATIENCE_MS)
            page.wait_for_timeout(PLAYED_MS)
            page.screenshot(path=folder / f"{name}.png")
            page.close()


def main() -> None:
    pictures = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        guitar(folder)
        words = ("--in", "guitar.wav", "--bpm", str(BPM), "--out", "jam.mid", "--page")
        jam = subprocess.Popen(
            [sys.executable, "-m", "drumd", "listen", *words, "--page-port", "0"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(Path.cwd()), "XDG_RUNTIME_DIR": temporary},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            take(next(filter(None, map(PAGE.search, jam.stdout)))[1], pictures)
        finally:
            jam.send_signal(signal.SIGINT)
            jam.communicate()


if __name__ == "__main__":
    main()
