"""Serves the page until the daemon it belongs to is gone, or until it is told to end."""

from __future__ import annotations

import socket
from pathlib import Path

import uvicorn

from drumd.page.app import make_app
from drumd.page.doorman import Doorman
from drumd.page.hub import Hub
from drumd.page.sites import Site

LONGEST_ORDER = 4096  # bytes
END_S = 1  # that open pages are given


def serve(bound: socket.socket, site: Site, door: Path | None) -> None:
    """Serve on a bound socket; `door` is the only daemon to look at, None the newest."""
    hub = Hub(door, gone=lambda: setattr(server, "should_exit", True))
    config = uvicorn.Config(
        make_app(hub, Doorman(site.code, lan=site.lan)),
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="websockets-sansio",
        ws_max_size=LONGEST_ORDER,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=END_S,
        http="h11",
    )
    server = uvicorn.Server(config)
    server.run(sockets=[bound])
