"""Those who look in on a jam from outside: by its door, and on the page, which comes in by it.

`Guests` belong to the main thread and never wait.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from drumd.config import Settings
from drumd.errors import RemoteError
from drumd.jam.reception import Reception
from drumd.page.page_process import PageProcess, check_libraries
from drumd.remote.door import Door


class Guests:
    """Where there is no door nobody comes, and there is nothing to do."""

    def __init__(
        self,
        settings: Settings,
        open_door: Callable[[], Door] | None,
        stack: ExitStack,
        say: Callable[[str], None],
    ) -> None:
        """Opens the door, which a page cannot do without; closed with the `stack`."""
        self._settings, self._stack = settings, stack
        self._page: PageProcess | None = None
        self._reception: Reception | None = None
        self._door: Door | None = None
        if settings.has_page:
            check_libraries("--page")
        if open_door is None:
            return
        try:
            self._door = open_door()
        except RemoteError as error:
            if settings.has_page:
                raise
            say(f"{error}: nobody can look in from outside")
        else:
            stack.callback(self._door.close)

    def hear(self, text: str) -> None:
        """What is said to the player is told to guests too."""
        if self._door:
            self._door.say(text)

    def serve_page(self) -> None:
        """Begin to serve the page, if there is to be one."""
        settings = self._settings
        if self._door and settings.has_page:
            self._page = PageProcess(self._door.file, settings.page_port, lan=settings.page_lan)
            self._stack.callback(self._page.close)

    def page_news(self) -> str | None:
        return self._page.news() if self._page else None

    def welcome(self, reception: Callable[[Door], Reception]) -> None:
        """From now on they are attended to."""
        self._reception = reception(self._door) if self._door else None

    def attend(self) -> None:
        """Do what they ask for, and show them how the jam stands."""
        if self._reception:
            self._reception.step()
