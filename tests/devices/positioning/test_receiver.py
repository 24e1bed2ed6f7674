from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.positioning.nmea import Receiver
from fieldkit.model.evidence import Fix
from tests.devices.conftest import StartEmulator
from tests.devices.waiting import wait_until


class Track:
    """A receiver that is read, and what it gave."""

    def __init__(self, port: str) -> None:
        self.fixes: list[Fix] = []
        self.times: list[datetime] = []
        self.receiver = Receiver(port, self.fixes.append, on_time=self.times.append, reopen_s=0.05, quiet_s=0.4)
        self.receiver.start()

    def status(self) -> str:
        return self.receiver.status().words_zh


@pytest.fixture
def read() -> Iterator[Callable[[str], Track]]:
    tracks: list[Track] = []

    def start(port: str) -> Track:
        tracks.append(Track(port))
        return tracks[-1]

    yield start
    for track in tracks:
        track.receiver.stop()
        track.receiver.join(10)


@pytest.mark.parametrize("tcp", [False, True], ids=["pty", "tcp"])
def test_fixes_time_faults_and_unplugging(emulate: StartEmulator, read: Callable[[str], Track], tcp: bool) -> None:
    emulator = emulate("gps", tick=0.05, speed=50, ahead=3600, tcp=tcp)
    track = read(emulator.ready["port"])
    wait_until(lambda: len(track.fixes) >= 3 and track.status() == "已定位", "a position")
    ahead = track.times[-1] - datetime.now(UTC)
    assert timedelta(minutes=59) < ahead < timedelta(minutes=61)
    assert (track.fixes[0].lon, track.fixes[0].lat) == pytest.approx((120.94, 30.526), abs=0.01)

    for fault, words in (
        ("no-fix", "正在搜星"),
        ("garbage", "定位接收机的数据读不懂"),
        ("unplug", "定位接收机没有接上"),
    ):
        emulator.command(f"fault {fault}")
        wait_until(lambda words=words: track.status().startswith(words), fault)
        count = len(track.fixes)
        emulator.command("clear")
        wait_until(lambda count=count: len(track.fixes) > count and track.status() == "已定位", "again")
    assert [fix.at for fix in track.fixes] == sorted(fix.at for fix in track.fixes)


def test_a_silent_receiver_is_not_taken_for_an_unplugged_one(
    emulate: StartEmulator, read: Callable[[str], Track]
) -> None:
    emulator = emulate("gps", tick=0.05, fault=["silent"])
    track = read(emulator.ready["port"])
    wait_until(lambda: track.status().startswith("定位接收机接着但没有数据"), "silence")
    assert track.receiver.status().state == "attention"


def test_a_port_that_is_not_there_is_off_until_it_comes(
    emulate: StartEmulator, read: Callable[[str], Track], tmp_path: Path
) -> None:
    track = read(str(tmp_path / "gps"))
    assert track.receiver.status().state == "off"
    emulate("gps", tick=0.05, link=tmp_path / "gps")
    wait_until(lambda: bool(track.fixes), "a position")


def test_what_waited_in_the_port_before_reading_began_is_not_part_of_the_track(
    emulate: StartEmulator, read: Callable[[str], Track]
) -> None:
    emulator = emulate("gps", tick=0.05)
    wait_until(lambda: emulator.command("state")["epochs"] >= 5, "old data")
    before = datetime.now(UTC)
    track = read(emulator.ready["port"])
    wait_until(lambda: bool(track.fixes), "a position")
    assert track.fixes[0].at >= before - timedelta(seconds=0.1)
