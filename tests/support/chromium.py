"""A Chromium of the system, for the page; where there is none, tests that want it are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_MS = 60_000  # a busy machine is no fault


def chromium() -> str | None:
    """Where it is."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def require() -> None:
    """Skip where it is missing; with DRUMD_REQUIRE_CHROMIUM=1 that is a failure."""
    if os.environ.get("DRUMD_REQUIRE_CHROMIUM") == "1":
        assert chromium(), "no Chromium is installed"
        import playwright  # noqa: F401
    elif not chromium():
        pytest.skip("no Chromium is installed")
    else:
        pytest.importorskip("playwright")


@contextmanager
def browser() -> Iterator[object]:
    """A browser without a window, that reaches no network but loopback."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            timeout=PATIENCE_MS,
        )
        try:
            yield opened
        finally:
            opened.close()
