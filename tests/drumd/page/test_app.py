"""The page as a web application: what it serves, and what it refuses."""

import asyncio
import json

import pytest

from drumd.page.assets import assets
from drumd.page.doorman import Doorman
from drumd.page.hub import BEHIND, Hub
from drumd.remote.order import Order

starlette = pytest.importorskip("starlette")
HOST, ORIGIN, CODE = "127.0.0.1:8722", "http://127.0.0.1:8722", "the code"
LARGEST = 150_000  # bytes of the whole page


class Listening(Hub):
    """A hub that remembers what it was asked."""

    def __init__(self):
        super().__init__(None)
        self.orders = []

    def order(self, order):
        self.orders.append(order)


def app(hub=None, **options):
    from drumd.page.app import make_app

    return make_app(hub or Listening(), Doorman(CODE, **options))


def get(path, host=HOST, **options):
    """Status, headers and body of a request."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", host.encode())] if host else [],
    }
    asyncio.run(app(**options)(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


def talk(*lines, origin=ORIGIN, host=HOST, hub=None):
    """What the socket sends to a browser that says these lines and goes."""
    sent, said = [], [{"type": "websocket.connect"}]
    said += [{"type": "websocket.receive", "text": line} for line in lines]
    said.append({"type": "websocket.disconnect", "code": 1000})

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.sleep(0)
        return said.pop(0)

    headers = [(b"host", host.encode())]
    headers += [(b"origin", origin.encode())] if origin else []
    scope = {"type": "websocket", "path": "/jam", "query_string": b"", "headers": headers}
    asyncio.run(app(hub)(scope, receive, send))
    return sent


def test_the_whole_page_is_small_and_asks_for_nothing_from_elsewhere():
    served = assets()
    assert "/" in served and sum(len(asset.body) for asset in served.values()) <= LARGEST
    for asset in served.values():
        text = asset.body.decode().replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text and "https:" not in text and "innerHTML" not in text


def test_files_are_served_under_a_strict_policy_and_others_are_not():
    status, headers, body = get("/")
    policy = headers[b"content-security-policy"].decode()
    assert status == 200 and b"<title>drumd" in body
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and headers[b"x-content-type-options"] == b"nosniff"
    for path in ("/nothing", "/../app.py", "/..%2fapp.py", "/index.html/", "//etc/passwd"):
        assert get(path)[0] == 404


@pytest.mark.parametrize("host", ["", "evil.example", "evil.example:8722", "192.168.1.5:8722"])
def test_what_is_meant_for_another_host_is_turned_away(host):
    status, headers, body = get("/", host)
    assert status == 421 and b"drumd" not in body and b"content-security-policy" in headers
    assert [message["type"] for message in talk(host=host or "x")] == ["websocket.close"]


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://localhost:8722"])
def test_a_socket_from_another_page_is_refused_though_it_knows_the_code(origin):
    hub = Listening()
    sent = talk(json.dumps({"code": CODE}), '{"order": "fill"}', origin=origin, hub=hub)
    assert [message["type"] for message in sent] == ["websocket.close"] and hub.orders == []


@pytest.mark.parametrize(
    "first", ['{"code": "wrong"}', '{"order": "fill"}', "[]", "x", '{"code": 1}']
)
def test_no_order_is_taken_and_nothing_told_before_the_code(first):
    hub = Listening()
    hub._jam = {"bpm": 120}
    sent = talk(first, '{"order": "fill"}', hub=hub)
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert sent[-1]["code"] == 4401 and hub.orders == []


def test_with_the_code_the_jam_is_told_and_orders_are_handed_on():
    hub = Listening()
    hub._jam = {"bpm": 120}
    sent = talk(json.dumps({"code": CODE}), '{"order": "fill"}', '{"order": 1}', hub=hub)
    told = [json.loads(message["text"]) for message in sent if message["type"] == "websocket.send"]
    assert {"jam": {"bpm": 120}} in told and hub.orders == [Order("fill")]
    assert any(message.get("answer", {}).get("done") is False for message in told)


def test_a_page_that_has_fallen_behind_is_told_all_anew():
    async def told():
        hub = Listening()
        async with hub.page() as page:
            for bar in range(BEHIND + 20):
                hub._hear(json.dumps({"jam": {"bar": bar, f"b{bar % 3}": bar}}).encode())
            while not page.empty():
                await page.next()
            hub._hear(b'{"jam": {"bar": "last"}}')
            return json.loads(await page.next())

    state = asyncio.run(told())["jam"]
    assert state["bar"] == "last" and state["b0"] and state["b1"] and state["b2"]
