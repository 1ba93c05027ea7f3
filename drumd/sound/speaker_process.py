"""The process in which drums sound: it loads the kit, opens the sound card and obeys.

Nothing else runs in it, so its audio callback waits for no Python but the few lines that pass
orders on. Its main thread reads orders from the pipe until the daemon goes or tells it to end.
"""

from __future__ import annotations

import gc
import signal
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Protocol

from drumd.errors import DrumdError, PortError
from drumd.output.realtime import take_priority
from drumd.ports.jack.audio import JackAudio
from drumd.ports.midi_file_host import HostFile
from drumd.ports.quiet import quiet_stderr
from drumd.process import main_thread_first, quick_threads
from drumd.sound.errors import SoundError
from drumd.sound.kits.build import RATE
from drumd.sound.kits.pieces import PIECE_OF
from drumd.sound.kits.store import load_kit
from drumd.sound.live_drums import LiveDrums
from drumd.sound.orders import END, ORDER, STRIKE, Failed, Ready
from drumd.sound.strings.track import guitar_track
from drumd.sound.synthesis.modes import Audio
from drumd.timing.clock import MonotonicClock
from engine.errors import EngineError

PERIOD_MS = 5
PERIODS = 3
TELL_S = 0.25
RING_OUT_S = 0.6  # how long cymbals may ring after the end
NO_CARD = "no sound card opens here; a MIDI port or a .mid file as --out needs none"
JACK = "jack"  # of the names of devices: the JACK server
ALSA_NULL = "Discard all samples"  # what ALSA calls a card that is none
NULL = "null"  # a device that a test names: it runs in real time and no one hears it


class Device(Protocol):
    """An open sound card."""

    def close(self) -> None: ...


def serve(
    orders: Connection,
    answers: Connection,
    kit: str,
    device: str | None,
    more: Sequence[str] = (),
    guitar: HostFile | None = None,
) -> None:
    """Run the process; `device` is part of a sound card's name, None the system's own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the daemon ends it, in its own order
    try:
        jack = _on_jack(device)
        if not jack:
            check_card(device)  # before the work
        rate = jack.rate if jack else RATE
        loaded = {name: load_kit(name, rate) for name in (kit, *more)}
        for one in loaded.values():
            _warm_up(LiveDrums(one, MonotonicClock()))
        track = guitar_track(guitar, rate) if guitar else None
        drums = LiveDrums(loaded[kit], MonotonicClock(), track, loaded)
        card, ready = _start(jack, drums) if jack else open_device(drums.fill, device)
    except (DrumdError, EngineError, ImportError) as error:
        answers.send(Failed(str(error)))
        return
    try:
        with suppress(EOFError, OSError), quick_threads(), main_thread_first():
            gc.disable()
            answers.send(ready)
            _obey(orders, answers, drums, jack.lost if jack else lambda: False)
        _ring_out(drums)
    finally:
        card.close()


def _on_jack(wanted: str | None) -> JackAudio | None:
    """JACK where it was named, or where a server runs and nothing else was."""
    if wanted == JACK:
        return JackAudio()
    with suppress(PortError):
        return JackAudio() if wanted is None else None
    return None


def _start(jack: JackAudio, drums: LiveDrums) -> tuple[Device, Ready]:
    period_s = jack.period / jack.rate
    jack.start(drums.fill_from)
    return jack, Ready("JACK", period_s, period_s)


def check_card(wanted: str | None) -> None:
    """See whether there is such a sound card, or any."""
    import miniaudio  # that it is installed, the daemon has made sure of

    with quiet_stderr():
        cards = [str(card["name"]) for card in miniaudio.Devices().get_playbacks()]
        _device_id(miniaudio, wanted)
    if wanted is None and all(name.startswith(ALSA_NULL) for name in cards):
        raise SoundError(NO_CARD)


def open_device(fill: Callable[[int], Audio], wanted: str | None) -> tuple[Device, Ready]:
    """Open the sound card and let it play what `fill` gives."""
    import miniaudio

    try:
        with quiet_stderr():
            card = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.FLOAT32,
                nchannels=2,
                sample_rate=RATE,
                buffersize_msec=PERIOD_MS,
                callback_periods=PERIODS,
                device_id=_device_id(miniaudio, wanted),
                backends=[miniaudio.Backend.NULL] if wanted == NULL else None,
                app_name="drumd",
            )
        if card.backend.lower() == NULL and wanted != NULL:  # miniaudio's last resort
            card.close()
            raise SoundError(NO_CARD)
        card.start(_generator(fill))
    except miniaudio.MiniaudioError as error:
        raise SoundError(f"{NO_CARD} ({error.args[0]})") from error
    return card, Ready(card.backend, PERIOD_MS / 1e3, PERIOD_MS * PERIODS / 1e3)


def _device_id(miniaudio: Any, wanted: str | None) -> Any:
    if wanted is None or wanted == NULL:
        return None
    names = {d["name"]: d["id"] for d in miniaudio.Devices().get_playbacks()}
    found = [name for name in names if wanted.lower() in name.lower()]
    if len(found) != 1:
        listing = "".join(f"\n  {name}" for name in found or names) or "\n  (none)"
        problem = "fits several sound cards" if found else "is no sound card"
        raise SoundError(f"{wanted!r} {problem}. Name one of these:{listing}")
    return names[found[0]]


def _generator(fill: Callable[[int], Audio]) -> Generator[bytes | Audio, int, None]:
    """What miniaudio asks for frames; begun, as it wants it."""

    def blocks() -> Generator[bytes | Audio, int, None]:
        frames = yield b""
        take_priority()
        while True:
            frames = yield fill(frames)

    generator = blocks()
    next(generator)
    return generator


def _obey(
    orders: Connection, answers: Connection, drums: LiveDrums, gone: Callable[[], bool]
) -> None:
    """Do what the daemon says until it has nothing more to say, or the card has `gone`."""
    told = time.perf_counter()
    while True:
        if orders.poll(TELL_S):
            order = orders.recv_bytes()
            if order == END:
                return
            drums.put(order)
        if time.perf_counter() - told > TELL_S:
            told = time.perf_counter()
            answers.send(drums.counts)
            if gone():
                return


def _warm_up(drums: LiveDrums) -> None:
    """Play every piece once to nobody: what is done first takes longest."""
    for key in PIECE_OF:
        drums.put(ORDER.pack(STRIKE, key, 0.0, key, 127))
    for _ in range(20):
        drums.fill(RATE * PERIOD_MS // 1000)


def _ring_out(drums: LiveDrums) -> None:
    give_up = time.perf_counter() + RING_OUT_S
    while not drums.silent and time.perf_counter() < give_up:
        time.sleep(0.01)
