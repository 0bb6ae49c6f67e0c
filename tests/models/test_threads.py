"""Limits on threads, and their end."""

from __future__ import annotations

import threading

import pytest
import sklearn.ensemble  # noqa: F401 - loads OpenMP
from threadpoolctl import threadpool_info

from headrace.models import threads
from headrace.models.threads import one_openmp_thread, share_of_cores


def openmp_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"}


class TestOneOpenmpThread:
    def test_limits_and_restores(self) -> None:
        before = openmp_threads()

        with one_openmp_thread():
            inside = openmp_threads()

        assert inside == {1}
        assert openmp_threads() == before

    def test_does_not_touch_other_threads(self) -> None:
        seen: list[set[int]] = []
        before = openmp_threads()

        with one_openmp_thread():
            other = threading.Thread(target=lambda: seen.append(openmp_threads()))
            other.start()
            other.join()

        assert seen == [before]


class TestShareOfCores:
    def test_one_caller_has_all_and_two_have_half(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(threads, "cores", lambda: 8)

        with share_of_cores() as first, share_of_cores() as second:
            shares = (first, second)

        assert shares == (8, 4)

    def test_there_is_always_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(threads, "cores", lambda: 1)

        with share_of_cores(), share_of_cores() as second:
            assert second == 1
