"""Which instrument of a file is the guitar."""

import io

import mido
import pytest

from engine.errors import MidiError
from engine.midi import names
from engine.midi.contents import contents_of
from engine.midi.instruments import choose, instruments
from engine.midi.read import parse_song
from tests.support.midi_files import midi, track


def file_of(*tracks, kind: int = 1) -> bytes:
    """A MIDI file; a track is (name, channel, [(program, notes)...]) and plays them in turn."""
    file = mido.MidiFile(type=kind)
    for name, channel, programs in tracks:
        text = name.encode().decode("latin-1")  # as mido takes UTF-8
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=text)])
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
    return instruments(contents_of(file_of(*tracks)))


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
    assert [(one.name, one.program, len(one.notes), one.places) for one in band] == [
        ("Guitar", 30, 5, {(0, 4)}),
        ("Bass", 33, 60, {(1, 2)}),
    ]


def test_tracks_that_play_the_same_stay_apart():
    notes = [(25, [60, 62, 64])]
    twins = found(("A", 0, notes), ("B", 0, notes))
    assert [(one.name, one.places) for one in twins] == [("A", {(0, 0)}), ("B", {(1, 0)})]


def test_a_file_of_drums_alone_is_refused_in_a_sentence():
    with pytest.raises(MidiError, match="no part but drums"):
        choose(found(BAND[4]))


STRINGS = (64, 59, 55, 50, 45, 40)


def strings(*, name="Guitar", program=27, channels=range(6), tracks=False, kind=1):
    """A guitar of six strings, each on a channel, or track, of its own; 24 notes in all."""
    made = []
    for string, (channel, pitch) in enumerate(zip(channels, STRINGS, strict=True)):
        strokes = [(beat + string / 8, 0.1, pitch + beat, 90) for beat in range(4)]
        title = f"{name} string {string + 1}" if tracks else name
        made.append(track(strokes, channel=channel, program=program, name=title))
    if tracks:
        return midi(*made)
    events = sorted(((at, m) for one in made for at, m in timed(one)), key=lambda entry: entry[0])
    whole, now = mido.MidiTrack(), 0
    for at, message in events:
        whole.append(message.copy(time=at - now))
        now = at
    return midi(whole, form=kind)


def timed(one):
    now, out = 0, []
    for message in one:
        now += message.time
        out.append((now, message))
    return out


@pytest.mark.parametrize(
    "data",
    [
        strings(),
        strings(channels=range(6, 12)),  # the drums' own channel lies among them
        strings(name="TriplePlay", program=None, kind=0),
        strings(name="", program=27, kind=0),
        strings(name="Gitarre", program=None),
        strings(tracks=True),
        strings(tracks=True, program=None, name="E-Git"),
    ],
    ids=["channels", "base 7", "format 0", "nameless", "by name", "tracks", "tracks by name"],
)
def test_the_strings_of_a_guitar_are_one_guitar(data):
    present = instruments(contents_of(data))
    assert [len(one.struck) for one in present] == [24]
    assert len(choose(present).places) == 6
    song = parse_song(data)
    assert [(len(part), part.is_guitar or part.name == "TriplePlay") for part in song.parts] == [
        (24, True)
    ]


def test_any_name_of_a_string_means_the_whole_guitar():
    present = instruments(contents_of(strings(tracks=True)))
    for wanted in ("Guitar", "guitar string 3", "1"):
        assert len(choose(present, wanted).struck) == 24


def test_a_muted_note_on_a_channel_of_its_own_belongs_to_its_guitar():
    open_notes = track([(beat, 0.5, 45, 90) for beat in range(4)], program=27, name="Guitar")
    muted = track([(beat + 4, 0.5, 45, 90) for beat in range(4)], channel=1, program=28)
    data = midi(mido.MidiTrack([*open_notes, *muted]))
    assert [len(one.struck) for one in instruments(contents_of(data))] == [8]


def test_two_guitars_in_one_track_of_a_whole_band_stay_two():
    lead = [(beat / 2, 0.4, 64, 90) for beat in range(8)]
    chords = [(beat, 0.9, pitch, 90) for beat in range(4) for pitch in (40, 47, 52)]
    data = midi(
        mido.MidiTrack(
            [
                *track(lead, program=30),
                *track(chords, channel=1, program=25),
                *track(lead, channel=2),
            ]
        ),
        form=0,
    )
    assert len(instruments(contents_of(data))) == 3


@pytest.mark.parametrize(
    "name",
    ["gitaar", "Kitara", "gitár", "kytara", "гитара", "Гитара 1", "ギター", "ｷﾞﾀｰ", "기타", "吉他",
     "κιθάρα", "violão", "E-Git", "E.Gt", "Gtr. 2", "guitarra", "Chitarra el.", "Guitare"],
)  # fmt: skip
def test_a_guitar_is_known_in_the_languages_that_people_use(name):
    keys = track([(beat / 4, 0.2, 60, 90) for beat in range(32)], channel=2, name="Piano")
    guitar = track([(beat, 0.5, 50, 90) for beat in range(8)], name="x")
    guitar[0] = mido.UnknownMetaMessage(3, data=name.encode())
    assert len(choose(instruments(contents_of(midi(keys, guitar)))).struck) == 8


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("ギター", "cp932"),
        ("Гитара", "cp1251"),
        ("기타", "cp949"),
        ("吉他", "gbk"),
        ("Gitár", "latin-1"),
    ],
)
def test_a_name_in_an_old_encoding_is_known_too(name, encoding):
    assert names.is_guitar(names.decode(name.encode(encoding)))
    assert names.decode(name.encode(encoding)) == name


@pytest.mark.parametrize(
    "name",
    ["Bass Guitar", "E-Bass", "basgitaar", "Бас-гитара", "ベースギター", "Basszusgitár", "baixo"],
)
def test_the_bass_is_never_the_guitar(name):
    bass = [(name, 1, [(27, [40] * 60)]), ("Lead", 0, [(29, [60] * 8)])]
    assert choose(found(*bass)).name == "Lead"
    with pytest.raises(MidiError, match="a bass but no guitar"):
        choose(found(bass[0]))


@pytest.mark.parametrize(
    "name", ["EZdrummer", "Drums kit", "Schlagzeug", "Ударные", "ドラム", "Perc"]
)
def test_drums_on_another_channel_are_drums_all_the_same(name):
    data = file_of((name, 3, [(0, [36] * 90)]), ("Track 2", 0, [(0, [52] * 30)]))
    assert [one.name for one in instruments(contents_of(data))] == ["Track 2"]
    assert [part.is_drum for part in parse_song(data).parts] == [True, False]


def test_an_instrument_name_tells_what_a_track_without_a_name_plays():
    keys = track([(beat / 4, 0.2, 60, 90) for beat in range(32)], channel=2)
    guitar = track([(beat, 0.5, 50, 90) for beat in range(8)])
    guitar.insert(0, mido.MetaMessage("instrument_name", name="Electric Guitar"))
    assert len(choose(instruments(contents_of(midi(keys, guitar)))).struck) == 8


@pytest.mark.parametrize("at", [0.0, 40.0])
def test_a_touch_of_the_strings_outside_the_music_is_no_music(at):
    played = [(10 + beat, 0.5, 50, 90) for beat in range(8)]
    data = midi(track(sorted([*played, (at, 0.01, 83, 4)]), program=27))
    assert len(choose(instruments(contents_of(data))).struck) == 8


def test_soft_notes_among_the_music_and_soft_playing_stay():
    played = [(beat, 0.5, 50, 90 if beat % 2 else 5) for beat in range(8)]
    assert len(instruments(contents_of(midi(track(played, program=27))))[0].struck) == 8
    soft = [(4.0 * beat, 0.5, 50, 9) for beat in range(8)]
    assert len(instruments(contents_of(midi(track(soft, program=27))))[0].struck) == 8


def test_a_name_cannot_steer_the_terminal():
    data = file_of(("Gui\x1b[2Jtar", 0, [(27, [60])]))
    assert str(instruments(contents_of(data))[0]) == "1  Gui[2Jtar (guitar, 1 notes)"
