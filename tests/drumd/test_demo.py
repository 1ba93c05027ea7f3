from io import BytesIO

import mido

from drumd.demo import BAR_BEATS, DEMO_FILE, build_demo, demo_notes


def test_the_demo_that_ships_is_the_one_that_the_code_writes():
    written = BytesIO()
    build_demo().save(file=written)
    assert DEMO_FILE.read_bytes() == written.getvalue()


def test_the_demo_lasts_about_forty_seconds_and_ends_on_a_bar_line():
    song = mido.MidiFile(DEMO_FILE)
    ticks = {sum(message.time for message in track) for track in song.tracks}
    assert 38 <= song.length <= 45
    assert len(ticks) == 1 and ticks.pop() % (song.ticks_per_beat * BAR_BEATS) == 0


def test_the_demo_guitar_is_on_one_named_track_with_a_guitar_sound():
    _, guitar = mido.MidiFile(DEMO_FILE).tracks
    assert guitar.name == "Guitar"
    assert [m.program for m in guitar if m.type == "program_change"] == [29]


def test_every_note_of_the_demo_is_ended():
    sounding = set()
    for message in mido.MidiFile(DEMO_FILE).tracks[1]:
        if message.type == "note_on" and message.velocity:
            assert message.note not in sounding
            sounding.add(message.note)
        elif message.type == "note_on":
            sounding.remove(message.note)
    assert not sounding


def test_the_demo_rests_for_more_than_two_bars_once_and_holds_its_last_chord():
    notes = demo_notes()
    gaps = [
        later.onset - max(note.end for note in notes[: index + 1])
        for index, later in enumerate(notes[1:])
    ]
    assert sum(gap > 2 * BAR_BEATS for gap in gaps) == 1
    assert notes[-1].duration > 3
