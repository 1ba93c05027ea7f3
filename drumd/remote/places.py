"""Where the door of a running daemon is: a file in a folder that is this user's alone.

Where there are Unix sockets the file is one. Elsewhere (Windows, a path too long) it is a text that
tells the port on loopback and a word that a guest has to say first; only this user can read it.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drumd.errors import RemoteError

SOCKET, TEXT = ".sock", ".json"
LONGEST_PATH = 103  # bytes that every system takes for a Unix socket
CONNECT_S = 2.0
LOOPBACK = "127.0.0.1"


def runtime_folder() -> Path:
    """The folder of this user's doors, made where it is not there."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    given = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(given) / "drumd" if given else Path(tempfile.gettempdir()) / f"drumd-{user}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise RemoteError(f"{folder} cannot be made: {error.strerror}") from error
    theirs = hasattr(os, "getuid") and found.st_uid != user
    if not stat.S_ISDIR(found.st_mode) or theirs:
        raise RemoteError(f"{folder} is not this user's own folder; remove it")
    if os.name != "nt" and stat.S_IMODE(found.st_mode) & 0o077:
        raise RemoteError(f"others may enter {folder}; chmod 700 {folder}")
    return folder


@dataclass(frozen=True, slots=True)
class Listening:
    """A door that is open: its socket, its file, and the word that opens it (empty: none)."""

    socket: socket.socket
    file: Path
    word: str = ""

    def close(self) -> None:
        self.socket.close()
        with suppress(OSError):
            self.file.unlink()


def listen(folder: Path) -> Listening:
    """Open a door there, by the number of this process."""
    forget_gone(folder)
    try:
        file = folder / f"{os.getpid()}{SOCKET}"
        if hasattr(socket, "AF_UNIX") and len(os.fsencode(file)) <= LONGEST_PATH:
            return _listen_on_file(file)
        return _listen_on_loopback(folder / f"{os.getpid()}{TEXT}")
    except OSError as error:
        raise RemoteError(f"no door can be opened in {folder}: {error}") from error


def _listen_on_file(file: Path) -> Listening:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with suppress(FileNotFoundError):
        file.unlink()  # of a process that had our number
    listening.bind(str(file))
    listening.listen()
    listening.setblocking(False)
    return Listening(listening, file)


def _listen_on_loopback(file: Path) -> Listening:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind((LOOPBACK, 0))
    listening.listen()
    listening.setblocking(False)
    word = secrets.token_urlsafe(16)
    told = json.dumps({"port": listening.getsockname()[1], "word": word})
    with suppress(FileNotFoundError):
        file.unlink()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(told)
    return Listening(listening, file, word)


def doors(folder: Path) -> list[Path]:
    """The doors that are there, the newest first."""
    found = [file for file in folder.glob("*") if file.suffix in (SOCKET, TEXT)]
    return sorted(found, key=_made, reverse=True)


def connect(door: Path) -> socket.socket:
    """Go through a door; an OSError says that it is closed."""
    if door.suffix == SOCKET:
        guest = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        guest.settimeout(CONNECT_S)
        try:
            guest.connect(str(door))
        except OSError:
            guest.close()
            raise
        return guest
    try:
        told = json.loads(door.read_text())
        port, word = int(told["port"]), str(told["word"])
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"{door} is no door") from error
    guest = socket.create_connection((LOOPBACK, port), CONNECT_S)
    guest.sendall(word.encode() + b"\n")
    return guest


def forget_gone(folder: Path) -> None:
    """Remove the doors of daemons that are no more."""
    for door in doors(folder):
        try:
            connect(door).close()
        except ConnectionError:
            with suppress(OSError):
                door.unlink()
        except OSError:
            continue


def _made(file: Path) -> float:
    try:
        return file.lstat().st_mtime
    except OSError:
        return 0.0
