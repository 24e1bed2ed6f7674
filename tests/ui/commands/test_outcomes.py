"""Whatever goes wrong, a command ends with one sentence and exit 1: no traceback, no abort, no lost output."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ui.commands import main

BOTH = {"fieldkit": "from ui.commands import main", "fieldkit-backend": "from backend.cli import main"}


def run(program: str, *arguments: str, **environment: str) -> tuple[int, bytes, bytes]:
    """Run one command as a process of its own: exit code, stdout, stderr."""
    without = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "FIELDKIT_PASSWORD", "FIELDKIT_DEBUG")
    inherited = {name: value for name, value in os.environ.items() if name not in without}
    code = f"import sys; {BOTH[program]}; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=inherited | environment, capture_output=True, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="a display is a question of Linux only")
def test_without_a_display_the_desktop_says_so_and_qt_does_not_abort() -> None:
    code, out, err = run("fieldkit")
    assert (code, out) == (1, b"")
    (line,) = err.decode().splitlines()
    assert "没有图形显示" in line
    assert "no display" in line
    assert run("fieldkit", QT_QPA_PLATFORM="xcb", WAYLAND_DISPLAY="wayland-0")[0] == 1


@pytest.mark.parametrize(
    ("home", "arguments"),
    [
        ("{file}", ["search", "x"]),
        ("{file}/x", ["search", "x"]),
        ("{file}/x", ["init", "--demo"]),
        ("{kit}", ["demo", "--out", "{file}"]),
        ("{kit}", ["demo", "--out", "{file}/x"]),
    ],
)
def test_a_path_that_can_not_be_is_one_sentence(
    home: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    monkeypatch.setenv("FIELDKIT_HOME", home.format(file=file, kit=tmp_path / "kit"))
    monkeypatch.setenv("FIELDKIT_PASSWORD", "Demo-case-2026")
    assert main([word.format(file=file) for word in arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert str(file) in line
    assert "(" in line
    assert file.read_text() == "mine"


def test_a_file_where_the_backend_should_keep_its_data_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    code, _, err = run("fieldkit-backend", "serve", "--port", "0", "--data", str(tmp_path / "file"))
    assert code == 1
    (line,) = err.decode().splitlines()
    assert str(tmp_path / "file") in line


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
@pytest.mark.parametrize("program", sorted(BOTH))
def test_signs_that_the_terminal_lacks_do_not_end_a_command(program: str, encoding: str, tmp_path: Path) -> None:
    arguments = {
        "fieldkit": ["scan", str(tmp_path / "李𬭎.jpg")],
        "fieldkit-backend": ["user", "list", "--data", str(tmp_path / "李𬭎")],
    }[program]
    code, _, err = run(program, *arguments, PYTHONIOENCODING=encoding)
    assert code == 1
    (line,) = err.decode(encoding).splitlines()
    assert "\\U0002cb4e" in line


def test_an_error_of_the_program_is_one_line_and_its_trace_is_for_who_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ui.commands import doctor

    def broken(_: object) -> int:
        raise ValueError("7 is not 8\nat all")

    monkeypatch.setattr(doctor, "run", broken)
    monkeypatch.delenv("FIELDKIT_DEBUG", raising=False)
    assert main(["doctor"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "程序错误：ValueError: 7 is not 8" in line
    assert "FIELDKIT_DEBUG=1" in line
    monkeypatch.setenv("FIELDKIT_DEBUG", "1")
    assert main(["doctor"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_kit_that_could_not_be_made_is_not_called_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "kit"))
    monkeypatch.setenv("FIELDKIT_PASSWORD", "Demo-case-2026")
    code = f"fieldkit://enrol?u=https%3A%2F%2F127.0.0.1%3A{port}&s=secret&k={'0' * 32}"
    assert main(["init", "--enrol", code, "--officer", "330424002"]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert "没有建立执法箱，本机没有留下任何内容" in last
    assert "已保存" not in last
    assert list(tmp_path.iterdir()) == []
