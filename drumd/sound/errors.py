"""The sound's errors. Each message says what to do next."""

from __future__ import annotations

from drumd.errors import DrumdError


class SoundError(DrumdError):
    """Something cannot be made to sound, or its sound cannot be written."""
