"""What the MIDI standards fix: the drums' channel, the clock, the guitars' sounds."""

DRUM_CHANNEL = 9  # counted from 0; channel 10 in the words of musicians
CLOCKS_PER_BEAT = 24
GUITAR_PROGRAMS = range(24, 32)  # counted from 0: nylon to guitar harmonics

TrackChannel = tuple[int, int]  # a track of a file and a channel in it, from 0
