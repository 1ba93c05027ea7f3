"""The page of a running daemon in a real browser, pressed as a player would."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import mido
import pytest

from drumd.remote.order import Order
from drumd.remote.places import connect
from tests.support.chromium import PATIENCE_MS, browser, require

pytestmark = pytest.mark.chromium

BARS, BPM = 900, 240.0  # one second a bar: longer than any test takes
TOLD = re.compile(r"page: (http://127\.0\.0\.1:\d+/)#(\S+)")


def uneven_guitar(path):
    """Notes in which nobody hears a beat."""
    track = mido.MidiTrack()
    for number in range(400):
        gap = 30 + number * number * 37 % 650
        track.append(mido.Message("note_on", note=45 + number * 7 % 25, time=gap))
        track.append(mido.Message("note_off", note=45 + number * 7 % 25, time=5))
    mido.MidiFile(type=1, ticks_per_beat=480, tracks=[track]).save(path)


def long_guitar(path):
    """A guitar in quarter notes."""
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BPM))])
    for _ in range(4 * BARS):
        track.append(mido.Message("note_on", note=45))
        track.append(mido.Message("note_off", note=45, time=480))
    file = mido.MidiFile(type=1, ticks_per_beat=480, tracks=[track])
    file.save(path)


@contextmanager
def served(folder, *words):
    """A daemon that hears `guitar.mid` of a folder: the address of its page, its code, its door."""
    words = ("--in", "guitar.mid", "--out", "jam.mid", "--page", "--page-port", "0", *words)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.listen", "Named", *words],
        cwd=folder,
        env=os.environ | {"XDG_RUNTIME_DIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    folder.chmod(0o700)
    try:
        found = next(filter(None, map(TOLD.search, process.stdout)))
        (door,) = (folder / "drumd").iterdir()
        yield (*found.groups(), door)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_MS / 1e3)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """One that plays."""
    require()
    folder = tmp_path_factory.mktemp("page")
    long_guitar(folder / "guitar.mid")
    with served(folder) as told:
        yield told


@pytest.fixture(scope="module")
def chromium():
    require()
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def page(daemon, chromium):
    """The page, opened by its link; whatever the browser complains of fails the last test."""
    address, code, _ = daemon
    opened, complaints = new_page(chromium), []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{address}#{code}")
    opened.wait_for_selector("body[data-state=open][data-playing=true]")
    opened.wait_for_selector("#idea-list button")
    yield opened
    assert complaints == []


def told_of_jam(door):
    """How the jam stands, as any guest at the door is told."""
    with connect(door) as guest, guest.makefile() as lines:
        return json.loads(lines.readline())["jam"]


def new_page(chromium):
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def shows(page, element, text):
    """Wait until an element shows a text (a regular expression)."""
    until(
        page,
        "([id, text]) => new RegExp(text).test(document.getElementById(id).textContent)",
        [element, text],
    )


def until(page, told, given=None):
    """Wait until the page answers yes; playwright's own way is what the page's policy forbids."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(told, given):
        assert time.monotonic() < end, told
        page.wait_for_timeout(50)


def test_an_idea_is_picked_by_a_click_and_its_name_is_only_text(page):
    third = page.locator("#idea-list button").nth(2)
    assert third.inner_text().strip().endswith("closed_hat <b id=evil>&lt;</b>")
    assert page.locator("#evil").count() == 0
    third.click()
    page.wait_for_selector("#idea-list li:nth-child(3) button.plays[aria-pressed=true]")
    page.keyboard.press("1")
    page.wait_for_selector("#idea-list li:nth-child(1) button.plays[aria-pressed=true]")


def test_buttons_and_keys_give_orders_and_what_they_did_is_said(page):
    page.click("#do-fill")
    shows(page, "news", r"^a fill in bar \d+$")
    page.keyboard.press("h")
    page.wait_for_selector("#do-hold[aria-pressed=true]")
    page.keyboard.press("h")
    page.wait_for_selector("#do-hold[aria-pressed=false]")
    page.click("#do-mute")
    page.wait_for_selector("#do-mute[aria-pressed=true]")
    page.click("#do-mute")
    page.wait_for_selector("#do-mute[aria-pressed=false]")


def test_the_metre_is_chosen_and_its_lamps_and_bars_follow(daemon, page):
    page.select_option("#metre", "7/8")
    shows(page, "news", r"^7/8: from bar \d+$")
    until(page, "() => document.querySelectorAll('#beats i').length === 7")
    begins, _ = told_of_jam(daemon[2])["metre_from"]
    page.select_option("#metre", "4/4")
    until(page, "() => document.querySelectorAll('#beats i').length === 4")
    assert (told_of_jam(daemon[2])["metre_from"][0] - begins) % 3.5 == 0


def test_dials_and_style_are_set_and_left_to_the_drummer_again(daemon, page):
    page.focus("#density")
    page.keyboard.press("End")
    shows(page, "density-value", "^1.00$")
    page.check("#styles input[value=funk]", force=True)
    shows(page, "news", r"^style funk")
    assert told_of_jam(daemon[2])["style"] == "funk"
    page.click("#density-auto")
    shows(page, "density-value", "^auto$")


def test_a_part_is_kept_and_called_back(page):
    page.click("button[aria-label='keep what plays as part B']")
    page.wait_for_selector("#do-part_b:not([disabled])")
    page.click("#do-part_b")
    shows(page, "news", r"^part B from bar")


def test_a_pedal_is_waited_for_until_it_is_pressed_or_given_up(daemon, page):
    page.click("#wiring summary")
    page.click("button[aria-label='learn a control for fill']")
    page.wait_for_selector("#pedals li.learning[data-action=fill]")
    assert told_of_jam(daemon[2])["learning"] == "fill"
    page.click("button[aria-label='learn a control for fill']")
    page.wait_for_selector("#pedals li[data-action=fill]:not(.learning)")


def test_the_roll_is_drawn_and_all_that_is_shown_has_a_name(page):
    drawn = """() => {
      const roll = document.querySelector("#roll");
      const { data } = roll.getContext("2d").getImageData(0, 0, roll.width, roll.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }"""
    until(page, f"({drawn})() > 20")
    assert not page.is_visible("#unsure")  # a file tells the time
    nameless = page.evaluate(
        """[...document.querySelectorAll("button, input, select, meter, canvas")].filter((one) =>
        !(one.ariaLabel || one.textContent.trim() || one.labels?.length ||
          one.getAttribute("aria-label"))).map((one) => one.outerHTML)"""
    )
    assert nameless == []


def test_without_the_code_nothing_is_shown_until_it_is_told(daemon, chromium):
    address, code, _ = daemon
    page = new_page(chromium)
    page.goto(address)
    page.wait_for_selector("#door[open]")
    page.fill("#code", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#door[open] #door-why:has-text('not the code')")
    assert page.locator("#idea-list button").count() == 0
    page.fill("#code", code)
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-state=open] #idea-list button")
    page.close()


def test_what_another_guest_does_is_seen_on_the_page(daemon, page):
    with connect(daemon[2]) as other:
        other.sendall(Order("intensity", 0.25).line())
        shows(page, "intensity-value", "^0.25$")
        other.sendall(Order("intensity").line())
        shows(page, "intensity-value", "^auto$")


def test_where_the_beat_is_not_sure_the_page_asks_for_the_one(tmp_path, chromium):
    uneven_guitar(tmp_path / "guitar.mid")
    with served(tmp_path, "--clock", "free") as (address, code, _):
        page = new_page(chromium)
        page.goto(f"{address}#{code}")
        page.wait_for_selector("#unsure:not([hidden])")
        assert "listening for the beat" in page.inner_text("#doing")
        page.keyboard.press("o")
        shows(page, "source", "free")
        page.context.close()
