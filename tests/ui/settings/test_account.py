"""A new officer's password is the one the backend knows: asked where it can be, told where it can't."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from fieldkit.clock import Clock
from fieldkit.demo import PASSWORD
from fieldkit.errors import WrongKey
from tests.sync.backend import Backend
from tests.sync.kits import OFFICER, SECOND, make_kit
from ui.settings.account import taken_by_the_backend
from ui.settings.syncing import Syncing


def test_the_backend_is_asked_and_when_it_is_away_that_is_told(tmp_path: Path) -> None:
    backend = Backend(tmp_path / "data")
    backend.start()
    backend.add_officers()
    kit = make_kit(tmp_path / "kit", backend.code())
    try:
        assert taken_by_the_backend(kit.replica, kit.clock, SECOND, PASSWORD)
        with pytest.raises(WrongKey) as refused:
            taken_by_the_backend(kit.replica, kit.clock, SECOND, "Not-the-backends-2026")
        assert "没有添加" in refused.value.zh
        backend.stop(signal.SIGKILL)
        assert not taken_by_the_backend(kit.replica, kit.clock, OFFICER, PASSWORD)
    finally:
        kit.close()


def test_a_password_the_backend_does_not_take_is_told_with_what_to_do() -> None:
    syncing = Syncing(lambda *_: None, Clock())  # type: ignore[arg-type, return-value]  # never run
    syncing._finished(WrongKey())
    assert syncing.state.error is not None
    assert "管理员" in syncing.state.error.zh
    assert "立即同步" in syncing.state.error.zh
