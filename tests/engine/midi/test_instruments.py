"""Which instrument of a file is the guitar."""

import io

import mido
import pytest

from engine.errors import MidiError
from engine.midi.instruments import choose, instruments
from engine.midi.read import parse_song
from engine.midi.smf import parse


def file_of(*tracks, kind: int = 1) -> bytes:
    """A MIDI file; a track is (name, channel, [(program, notes)...]) and plays them in turn."""
    file = mido.MidiFile(type=kind)
    for name, channel, programs in tracks:
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        for program, pitches in programs:
            track.append(mido.Message("program_change", channel=channel, program=program))
            for pitch in pitches:
                track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=90))
                track.append(
                    mido.Message("note_off", channel=channel, note=pitch, velocity=0, time=240)
                )
        file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def found(*tracks):
    data = file_of(*tracks)
    return instruments(parse_song(data), parse(data))


BAND = (
    ("Lead", 0, [(29, [64, 67, 69] * 4)]),
    ("Rhythm", 1, [(25, [52, 55, 59] * 8)]),
    ("Bass", 2, [(33, [40] * 60)]),
    ("Piano", 3, [(0, [60] * 70)]),
    ("Drums", 9, [(0, [36] * 90)]),
)


def test_the_guitar_with_the_most_notes_is_taken():
    assert choose(found(*BAND)).name == "Rhythm"


def test_drums_are_not_listed():
    assert [one.name for one in found(*BAND)] == ["Lead", "Rhythm", "Bass", "Piano"]


def test_a_name_tells_a_guitar_whatever_its_program():
    assert (
        choose(found(("Piano", 0, [(0, [60] * 9)]), ("My GTR 2", 1, [(0, [60] * 3)]))).number == 2
    )


def test_a_bass_guitar_is_no_guitar():
    band = found(("Bass Guitar", 0, [(33, [40] * 50)]), ("Keys", 1, [(4, [60] * 20)]))
    assert choose(band).name == "Keys"


def test_without_a_guitar_the_most_guitar_like_part_is_taken():
    band = found(
        ("Bass", 0, [(33, [33] * 80)]),
        ("Bells", 1, [(9, [100] * 60)]),
        ("Keys", 2, [(4, [60] * 30)]),
    )
    assert choose(band).name == "Keys"


@pytest.mark.parametrize(
    ("wanted", "name"), [("lead", "Lead"), ("RHY", "Rhythm"), ("3", "Bass"), (" Piano ", "Piano")]
)
def test_a_track_is_chosen_by_name_part_of_a_name_or_number(wanted, name):
    assert choose(found(*BAND), wanted).name == name


def test_an_unknown_track_is_answered_with_those_there_are():
    with pytest.raises(MidiError, match=r"(?s)'oboe' is no track.*1  Lead \(guitar, 12 notes\)"):
        choose(found(*BAND), "oboe")


def test_a_name_that_fits_several_is_answered_with_those_it_fits():
    twins = found(("Guitar L", 0, [(25, [60])]), ("Guitar R", 1, [(25, [60])]), BAND[2])
    with pytest.raises(MidiError, match="fits several") as raised:
        choose(twins, "guitar")
    assert "Guitar L" in str(raised.value) and "Bass" not in str(raised.value)


def test_a_guitarist_who_changes_sound_stays_one_instrument():
    band = found(("Guitar", 4, [(27, [52, 55]), (30, [40, 47, 52])]), BAND[2])
    assert [(one.name, one.program, len(one.notes), one.place) for one in band] == [
        ("Guitar", 30, 5, (0, 4)),
        ("Bass", 33, 60, (1, 2)),
    ]


def test_tracks_that_play_the_same_stay_apart():
    notes = [(25, [60, 62, 64])]
    twins = found(("A", 0, notes), ("B", 0, notes))
    assert [(one.name, one.place) for one in twins] == [("A", (0, 0)), ("B", (1, 0))]


def test_a_file_of_drums_alone_is_refused_in_a_sentence():
    with pytest.raises(MidiError, match="no part but drums"):
        choose(found(BAND[4]))
