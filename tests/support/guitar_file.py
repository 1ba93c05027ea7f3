"""A file of a guitar that plays evenly."""

import mido

BPM = 300.0


def guitar_file(path, bars, beats=4):
    """A guitar that plays quarter notes for so many bars of so many beats."""
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BPM))])
    track.append(mido.MetaMessage("time_signature", numerator=beats, denominator=4))
    for _ in range(beats * bars):
        track.append(mido.Message("note_on", note=45))
        track.append(mido.Message("note_off", note=45, time=480))
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)
    return path
