"""The page as a web application: its files, and one socket for what is shown and asked.

Every request is looked at by the `Doorman` first. The socket says nothing, and takes no order,
until it was told the code.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from drumd.page.assets import Asset, assets
from drumd.page.doorman import Doorman
from drumd.page.hub import Hub, Page
from drumd.remote.order import Order

CODE_S = 10.0  # within which a socket has to tell the code
MOST_PAGES = 32
WRONG_CODE, BUSY, FOREIGN = 4401, 4429, 1008
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",
}


def make_app(hub: Hub, doorman: Doorman) -> ASGIApp:
    """The application of one page process."""
    served, jam = assets(), JamSocket(hub, doorman)

    async def file(request: Request) -> Response:
        asset = served.get(request.url.path) or Asset(b"not here\n", "text/plain")
        status = 200 if request.url.path in served else 404
        return Response(asset.body, status, HEADERS, asset.type)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(hub.run())
        yield
        running.cancel()

    routes = [WebSocketRoute("/jam", jam.serve), Route("/{path:path}", file)]
    return GuardedHost(Starlette(routes=routes, lifespan=life), doorman)


class GuardedHost:
    """Turns away what is meant for another host."""

    def __init__(self, app: ASGIApp, doorman: Doorman) -> None:
        self._app, self._doorman = app, doorman

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._doorman.knows_host(header(scope, b"host")):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": FOREIGN})
        else:
            refusal = PlainTextResponse("this is not the address of the page\n", 421, HEADERS)
            await refusal(scope, receive, send)


class JamSocket:
    """The socket of each page."""

    def __init__(self, hub: Hub, doorman: Doorman) -> None:
        self._hub, self._doorman = hub, doorman
        self._open = 0

    async def serve(self, socket: WebSocket) -> None:
        host, origin = header(socket.scope, b"host"), header(socket.scope, b"origin")
        if not self._doorman.knows_origin(origin, host):
            await socket.close(FOREIGN)
            return
        await socket.accept()
        if self._open >= MOST_PAGES:
            await socket.close(BUSY)
            return
        self._open += 1
        try:
            await self._talk(socket)
        except (WebSocketDisconnect, RuntimeError):  # RuntimeError: sent to one who has gone
            pass
        finally:
            self._open -= 1

    async def _talk(self, socket: WebSocket) -> None:
        if not self._doorman.admits(await _told_code(socket)):
            await socket.close(WRONG_CODE)
            return
        async with self._hub.page() as page:
            telling = asyncio.create_task(_tell(socket, page))
            try:
                while True:
                    await self._obey(socket, await socket.receive_text())
            finally:
                telling.cancel()

    async def _obey(self, socket: WebSocket, line: str) -> None:
        try:
            self._hub.order(Order.of_line(line))
        except ValueError as error:
            answer = {"id": "", "said": str(error), "done": False}
            await socket.send_text(json.dumps({"answer": answer}))


async def _told_code(socket: WebSocket) -> object:
    with suppress(TimeoutError, ValueError, RecursionError):
        told = json.loads(await asyncio.wait_for(socket.receive_text(), CODE_S))
        return told.get("code") if isinstance(told, dict) else None
    return None


async def _tell(socket: WebSocket, page: Page) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.send_text(await page.next())


def header(scope: Scope, name: bytes) -> str:
    """The one header of that name; empty where there is none, or more than one."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""
