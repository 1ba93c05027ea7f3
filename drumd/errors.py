"""The daemon's errors. Each message says what to do next.

DrumdError
├── SettingsError        a configuration file or option with a mistake
├── PortError            a MIDI port that cannot be used
│   ├── PortNotFoundError    no port of that name, and none can be made
│   ├── PortAmbiguousError   a part of a name that several ports have
│   └── PortLostError        a port that went away while in use
├── CalibrationError     clicks that were not heard, or that disagree
├── DrummerError         the drummer's process does not come up
├── RemoteError          no door for others, or none that is open
└── RecordError          a recording that cannot be written
"""

from collections.abc import Sequence


class DrumdError(Exception):
    """Something the user can mend; the message is one clear sentence."""


class SettingsError(DrumdError):
    """A configuration file or an option has a mistake."""


class PortError(DrumdError):
    """A MIDI port cannot be opened or used."""


class PortNotFoundError(PortError):
    """No port has the wanted name, and a virtual one cannot be made here."""

    def __init__(self, kind: str, wanted: str, present: Sequence[str], hint: str = "") -> None:
        listing = "".join(f"\n  {name}" for name in present) or "\n  (none: is the device on?)"
        super().__init__(
            f"no MIDI {kind} matches {wanted!r}. Present now:{listing}{hint and chr(10)}{hint}"
        )
        self.wanted = wanted


class PortAmbiguousError(PortError):
    """A part of a name that several ports have."""

    def __init__(self, kind: str, wanted: str, matches: Sequence[str]) -> None:
        listing = "".join(f"\n  {name}" for name in matches)
        super().__init__(
            f"{wanted!r} fits several MIDI {kind}s; name one of them in full:{listing}"
        )
        self.matches = tuple(matches)


class PortLostError(PortError):
    """A port vanished while it was in use."""


class CalibrationError(DrumdError):
    """Clicks were not heard, or they disagree."""


class DrummerError(DrumdError):
    """The drummer's process does not come up or keeps dying."""


class RemoteError(DrumdError):
    """There is no door for others, or no daemon behind it."""


class RecordError(DrumdError):
    """A recording cannot be written."""
