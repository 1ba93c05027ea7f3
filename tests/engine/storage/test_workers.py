"""Work that no item can stop."""

from __future__ import annotations

import os
import time

import pytest

from engine.storage.workers import WorkerLostError, work_through


def work(item: str) -> str:
    if item == "die":
        os._exit(1)
    if item == "hang":
        time.sleep(60)
    return item.upper()


def answers(items: list[str], *, jobs: int = 2, patience_s: float = 30.0) -> list[object]:
    found = dict(work_through(work, items, jobs=jobs, patience_s=patience_s))
    return [found[index] for index in range(len(items))]


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_item_is_answered(jobs: int) -> None:
    assert answers(list("abcdef"), jobs=jobs) == list("ABCDEF")


def test_nothing_to_do_is_done_at_once() -> None:
    assert answers([]) == []


def test_a_worker_that_dies_is_counted_and_replaced() -> None:
    first, lost, last = answers(["a", "die", "b"], jobs=1)
    assert (first, last) == ("A", "B")
    assert isinstance(lost, WorkerLostError)
    assert str(lost) == "crashed the reader"


def test_a_worker_that_hangs_is_ended() -> None:
    (lost,) = answers(["hang"], patience_s=0.1)
    assert isinstance(lost, WorkerLostError)
    assert "took longer than 0.1 seconds" in str(lost)


def test_leaving_early_leaves_no_process_behind() -> None:
    going = work_through(work, ["a", "hang", "b"], jobs=2)
    assert next(going) == (0, "A")
    going.close()
