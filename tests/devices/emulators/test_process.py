from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devices.emulators import process
from devices.emulators.practice import Practice
from devices.emulators.process import EMULATORS
from devices.survey import survey
from fieldkit.errors import DeviceUnavailable
from tests.devices.conftest import StartEmulator


@pytest.mark.parametrize("name", EMULATORS)
def test_an_emulator_ends_with_its_standard_input(name: str) -> None:
    emulator = process.start(name)
    assert emulator.command("state")["faults"] == []
    emulator.stop()
    with pytest.raises(DeviceUnavailable):
        emulator.command("state")
    emulator.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM is no signal there")
@pytest.mark.parametrize("name", EMULATORS)
def test_an_emulator_ends_in_order_at_sigterm(name: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", EMULATORS[name]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        os.kill(running.pid, signal.SIGTERM)
        assert running.wait(20) == 0


@pytest.mark.parametrize("name", EMULATORS)
def test_a_wrong_command_is_refused_and_the_emulator_goes_on(emulate: StartEmulator, name: str) -> None:
    emulator = emulate(name)
    for line in ("dance", "fault of-mine"):
        with pytest.raises(DeviceUnavailable):
            emulator.command(line)
    assert emulator.command("state")["faults"] == []


def test_an_emulator_that_can_not_start_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DeviceUnavailable) as caught:
        process.start("printer", port=1_000_000)
    assert caught.value.message_key == "emulator.no_start"
    capfd.readouterr()


def test_the_password_of_the_environment_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDKIT_PASSWORD", "not for children")
    with process.start("wand") as emulator:
        environment = Path(f"/proc/{emulator.pid}/environ").read_bytes()
    assert b"FIELDKIT_PASSWORD" not in environment


def test_a_whole_case_can_be_practised_and_every_device_answers(tmp_path: Path) -> None:
    with Practice(tmp_path / "practice") as practice:
        found = survey(practice.config)
        assert [(status.kind, status.state) for status in found] == [
            ("printer", "ready"),
            ("label-printer", "ready"),
            ("wand", "ready"),
            ("receiver", "ready"),
        ]
        practice.emulators["printer"].command("fault paper-out")
        practice.emulators["wand"].command("fault unplug")
        found = survey(practice.config)
    assert [status.state for status in found] == ["attention", "ready", "off", "ready"]


def test_emulators_load_neither_opencv_nor_requests_nor_qt() -> None:
    code = (
        "import sys, importlib; [importlib.import_module(m) for m in sys.argv[1:]]; "
        "print([m for m in ('cv2', 'requests', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *EMULATORS.values()], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_runs_an_emulator(tmp_path: Path) -> None:
    command = "import sys; from ui.commands import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", command, "emulate", "wand", "--folder", str(tmp_path / "wand")],
        input="state\nquit\nstate\n",
        capture_output=True,
        text=True,
        check=True,
    )
    ready, state, quitting = map(json.loads, done.stdout.splitlines())
    assert ready == {"folder": str(tmp_path / "wand")}
    assert (state["ok"], quitting) == (True, {"ok": True})
