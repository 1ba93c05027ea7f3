"""drumd as a service of the user: a unit of systemd, an agent of launchd.

It has no more rights than playing needs: no network but its own machine, no new privileges, the
system read-only. Its home stays writable, for recordings.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from drumd.errors import SettingsError

NAME, LABEL = "drumd.service", "org.drumd.listen"

UNIT = """\
[Unit]
Description=drumd, the drummer that a guitarist can jam with
Documentation=man:drumd(1)
After=sound.target pipewire.service jack.service

[Service]
ExecStart={line}
Restart=on-failure
RestartSec=2
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=%h %t /dev/shm
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077

[Install]
WantedBy=default.target
"""
AGENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
  <key>Label</key><string>{label}</string>
  <key>ProgramArguments</key><array>{arguments}</array>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ProcessType</key><string>Interactive</string>
</dict></plist>
"""


@dataclass(frozen=True, slots=True)
class Service:
    """One way of being a service: its file, and what the system is told."""

    file: Path
    text: Callable[[str, Path | None], str]
    install: tuple[tuple[str, ...], ...]
    uninstall: tuple[tuple[str, ...], ...]
    status: tuple[tuple[str, ...], ...]

    @property
    def needed(self) -> tuple[tuple[str, ...], ...]:
        """What has to go well."""
        return self.install


def service_here(platform: str = sys.platform) -> Service:
    """The service of this system; a SettingsError where there is none."""
    if platform == "darwin":
        return _launchd()
    if platform.startswith("linux"):
        return _systemd()
    raise SettingsError("no service here: let the system's own scheduler run `drumd listen`")


def _systemd() -> Service:
    told = os.environ.get("XDG_CONFIG_HOME")
    folder = Path(told) if told else Path.home() / ".config"
    control = ("systemctl", "--user")
    return Service(
        folder / "systemd" / "user" / NAME,
        unit,
        ((*control, "daemon-reload"), (*control, "enable", "--now", NAME)),
        ((*control, "disable", "--now", NAME),),
        ((*control, "status", "--no-pager", NAME),),
    )


def _launchd() -> Service:
    file = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    return Service(
        file,
        agent,
        (("launchctl", "load", "-w", str(file)),),
        (("launchctl", "unload", "-w", str(file)),),
        (("launchctl", "list", LABEL),),
    )


def unit(python: str, config: Path | None) -> str:
    """The unit for systemd."""
    return UNIT.format(line=" ".join(map(_quoted, _arguments(python, config))))


def agent(python: str, config: Path | None) -> str:
    """The agent for launchd."""
    words = "".join(f"<string>{escape(word)}</string>" for word in _arguments(python, config))
    return AGENT.format(label=LABEL, arguments=words)


def _arguments(python: str, config: Path | None) -> list[str]:
    given = ["--config", str(config.absolute())] if config else []
    return [python, "-m", "drumd", "listen", *given]


def _quoted(word: str) -> str:
    """A word as systemd reads it: its own signs, and spaces, are taken as they are."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{word}"' if " " in word else word
