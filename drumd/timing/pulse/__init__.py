"""Finding the pulse in a guitarist's notes: what `drumd.timing.beats` is made of. Needs numpy."""
