"""How surprising a drummer finds drums: as training counts it, and as its own playing shows."""

from dataclasses import replace

import numpy as np
import pytest

from engine.corpus.prepare import prepare_songs
from engine.corpus.store import read_corpus
from engine.encoding.features import HISTORY_BARS, VELOCITIES, grid_pattern
from engine.errors import EngineError
from engine.evaluation.hit_metrics import rock_beat
from engine.evaluation.measures.likelihood import true_pattern
from engine.evaluation.songs import songs_of
from engine.inference.infer import BundleDrummer
from engine.inference.runtime import NEXT
from engine.music.grid import beat_of
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Metre, Note, Pattern, Request
from engine.recipe import Recipe, TrainSettings
from engine.tasks import open_task
from engine.training.bar_table import BarTable
from engine.training.export import export
from engine.training.song_grooves import find_grooves
from engine.training.train import train
from tests.support.bundles import NETWORKS, first_kit_bundle, tiny_bundle, write_grooves
from tests.support.songs import write_song

RIFF = tuple(Note(beat / 2, 0.4, 40 + beat % 7, 90) for beat in range(24))
REQUEST = Request(2, 8.0, RIFF, 12.0, temperature=0.0, groove=rock_beat(Metre()))


@pytest.fixture(scope="module", params=["first kit", *NETWORKS])
def bundle(request, tmp_path_factory):
    room = tmp_path_factory.mktemp("drummer")
    if request.param == "first kit":
        return first_kit_bundle(room / "bundle")
    return tiny_bundle(room, request.param)


@pytest.fixture
def drummer(bundle):
    return BundleDrummer(bundle)


class Indifferent:
    """A network for which all is as likely; it remembers what it was told of the step before."""

    def __init__(self, answers, layout):
        self.previous = []
        self._answers, self._layout = answers, layout

    def run(self, _names, inputs):
        voices = self._layout.voices
        self.previous.append(inputs["previous"][0, 0].reshape(voices, -1)[:, 0])
        logits = {
            "voices": np.zeros((1, 1, len(self._layout.struck)), np.float32),
            "velocity": np.zeros((1, 1, voices, VELOCITIES)),
            "offset": np.zeros((1, 1, voices, 13)),
        }
        carried = {name + NEXT: value for name, value in inputs.items()}
        return [(logits | carried)[name] for name in self._answers]


def test_where_all_is_as_likely_a_step_costs_the_bits_of_its_classes_and_knows_the_true_one_before(
    drummer,
):
    network = Indifferent(drummer._graphs._answers, drummer._layout)
    drummer._graphs._play = network
    truth = Pattern.of([Hit(0.0, 36), Hit(0.0, 49), Hit(1.0, 38)], 4.0)
    assert drummer.bits(REQUEST, truth) == pytest.approx(24 * np.log2(len(drummer._layout.struck)))
    struck = [np.flatnonzero(row).tolist() for row in network.previous]
    assert struck[1] == [Voice.KICK, Voice.CRASH] and struck[7] == [Voice.SNARE]
    assert not any(struck[step] for step in range(24) if step not in (1, 7))


def test_what_it_plays_at_temperature_zero_surprises_it_less_than_any_other_last_step(drummer):
    own = drummer.play(REQUEST)
    least = drummer.bits(REQUEST, own)
    at = float(beat_of(np.array([23]))[0])
    before = [hit for hit in own.hits if hit.beat < at - 0.04]
    for voices in ([], [Voice.CRASH], [Voice.KICK, Voice.LOW_TOM], [Voice.SNARE, Voice.RIDE]):
        hits = [*before, *(Hit(at, PITCH_OF[voice]) for voice in voices)]
        other = Pattern.of(hits, 4.0)
        struck = {hit.voice for hit in own.hits if hit.beat >= at - 0.04}
        if struck != set(voices):
            assert drummer.bits(REQUEST, other) > least


def test_bits_are_positive_repeatable_and_leave_the_playing_as_it_was(drummer):
    before = drummer.play(REQUEST)
    first = drummer.bits(REQUEST, rock_beat(Metre()))
    assert first == drummer.bits(REQUEST, rock_beat(Metre())) > 0
    assert drummer.play(REQUEST) == before


def test_temperature_and_the_seed_play_no_part(bundle, drummer):
    asked = [replace(REQUEST, temperature=wanted) for wanted in (0.0, 0.5, 2.0)]
    bits = {drummer.bits(request, rock_beat(Metre())) for request in asked}
    assert len(bits) == 1 and bits == {
        BundleDrummer(bundle, seed=9).bits(REQUEST, rock_beat(Metre()))
    }


def test_how_hard_the_last_step_is_struck_is_not_counted(drummer):
    soft, loud = (Pattern.of([Hit(3.75, 38, velocity)], 4.0) for velocity in (20, 120))
    assert drummer.bits(REQUEST, soft) == drummer.bits(REQUEST, loud)


def test_a_bar_off_the_grid_is_refused_with_a_sentence(drummer):
    with pytest.raises(EngineError, match="a bar of 15/16 cannot be drummed"):
        drummer.bits(Request(0, 0.0, RIFF, 0.0, Metre(15, 16)), Pattern())


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """A corpus, the task that learnt from it, and the bundle that came out."""
    room = tmp_path_factory.mktemp("learnt")
    (room / "music").mkdir()
    rows = ["file,split,strict,group"]
    for number in range(6):
        write_song(room / "music" / f"{number}.mid", number)
        rows.append(f"{number}.mid,{'train' if number % 3 else 'valid'},1,{number}")
    (room / "music" / "manifest.csv").write_text("\n".join(rows), "utf-8")
    prepare_songs([room / "music"], room / "corpus", jobs=1)
    recipe = Recipe(
        model=NETWORKS["no attention"],
        data={"epoch_windows": 32, "valid_windows": 512},
        train=TrainSettings(epochs=1, batch=16, threads=1),
    )
    task = open_task(recipe, room / "corpus")
    train(task, recipe, room / "run")
    return (
        read_corpus(room / "corpus"),
        task,
        export(room / "run", room / "bundle", grooves=write_grooves(room / "grooves")),
    )


def test_a_bundle_counts_the_bits_that_training_counted(learnt):
    corpus, task, bundle = learnt
    drummer, found = BundleDrummer(bundle), []
    songs, told = {song.file: song for song in songs_of(corpus)}, Told(corpus)
    tensors = corpus.tensors
    for part, bar in zip(tensors["pair_part"], tensors["pair_bar"], strict=True):
        song = songs.get(corpus.songs[tensors["part_song"][part]].file)
        if song is not None and tensors["part_guitar"][part]:
            number = [one.start for one in song.bars].index(float(tensors["bar_start"][bar]))
            request, truth = two_bars(song, number)
            found.append(drummer.bits(told.of(request, int(bar)), truth))
    assert np.mean(found) / 2 == pytest.approx(task.validate()["score"], rel=1e-3)


class Told:
    """What training tells of a pair: the groove of its song, and where in the song it lies."""

    def __init__(self, corpus):
        self.table = BarTable(dict(corpus.tensors))
        self.grooves = find_grooves(self.table).whole

    def of(self, request, bar):
        table, groove = self.table, np.repeat(self.grooves[[bar]], 2)[None]
        grid = table.drums(groove, table.song[[bar]], int(table.steps[bar]))
        pattern = grid_pattern(grid.reshape(-1, *grid.shape[3:]), 2 * request.metre.beats)
        since, left = int(table.since[bar]), int(table.left[bar])
        return replace(request, groove=pattern, since=since, left=left)


def two_bars(song, number):
    """The request for two bars of a song with its true drums before them, and the truth."""
    bar, hits = song.bars[number], sorted(song.hits())
    end = bar.start + 2 * bar.beats
    past = song.bars[max(0, number - HISTORY_BARS) : number]
    request = Request(
        bar=number,
        start=bar.start,
        notes=tuple(note for note in song.notes if note.onset < end),
        heard_until=end,
        metre=bar.metre,
        bpm=bar.bpm,
        bars=2,
        history=tuple(true_pattern(hits, one) for one in past),
    )
    return request, true_pattern(hits, replace(bar, beats=2 * bar.beats))
