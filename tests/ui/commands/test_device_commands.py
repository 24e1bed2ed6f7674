from __future__ import annotations

import hashlib
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from devices.config import DeviceConfig, load, place, save
from devices.emulators import process
from ui.commands import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "kit"
    monkeypatch.setenv("FIELDKIT_HOME", str(folder))
    return folder


@pytest.fixture
def page(tmp_path: Path) -> Path:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(90, 700, "x")
    canvas.save()
    file = tmp_path / "page.pdf"
    file.write_bytes(out.getvalue())
    return file


def test_printing_for_practice_keeps_the_very_bytes(
    page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["print", str(page), "--printer", "practice", "--out", str(tmp_path / "printed"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["sha256"]) == ("done", hashlib.sha256(page.read_bytes()).hexdigest())
    assert (tmp_path / "printed" / "job-0001.pdf").read_bytes() == page.read_bytes()


def test_a_printer_that_is_off_or_out_of_paper_is_one_clear_line(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with process.start("printer", fault=["paper-out"]) as emulator:
        assert main(["print", str(page), "--printer", emulator.ready["uri"], "--wait", "0.1"]) == 1
        assert "打印机缺纸" in capsys.readouterr().err.splitlines()[-1]
        emulator.command("fault off")
        assert main(["print", str(page), "--printer", emulator.ready["uri"]]) == 1
        assert "打印机没有响应" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["absent.pdf", "--printer", "practice"], ["{page}"], ["{page}", "--printer", "nonsense"],
     ["{page}", "--printer", "escpos://"], ["{page}", "--printer", "practice", "--out", "{page}"],
     ["{page}", "--printer", "escpos://localhost:9100"]],
)  # fmt: skip
def test_what_can_not_be_printed_is_said_in_one_line(
    arguments: list[str], page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["print", *(word.format(page=page) for word in arguments)]) == 1
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)


@pytest.mark.parametrize(
    "arguments",
    [["print", "x.pdf", "--copies", "0"], ["print", "x.pdf", "--wait", "-1"], ["print", "x.pdf", "--wait", "nan"],
     ["devices", "--label", "host:abc"], ["devices", "--label", ":9100"], ["devices", "--label", "a:70000"],
     ["search", "x", "--limit", "0"], ["search", "x", "--limit", "-1"]],
)  # fmt: skip
def test_numbers_and_addresses_that_can_not_be_are_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "(" in capsys.readouterr().err.splitlines()[-1]


def test_a_label_is_printed_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("1", (576, 50), 0).save(tmp_path / "label.png")
    with process.start("label-printer") as emulator:
        address = f"escpos://{emulator.ready['host']}:{emulator.ready['port']}"
        assert main(["print", str(tmp_path / "label.png"), "--printer", address, "--copies", "2"]) == 0
        assert len(emulator.command("state")["labels"]) == 2
    assert "打完" in capsys.readouterr().out


def test_devices_are_asked_and_their_addresses_kept_beside_the_kit(
    home: Path, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with process.start("printer", out=tmp_path / "printed") as emulator:
        assert main(["devices", "--printer", emulator.ready["uri"], "--wand", str(tmp_path / "w"), "--save"]) == 0
        assert main(["devices", "--json"]) == 0
        assert main(["print", str(page)]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = json.loads(next(line for line in lines if line.startswith("[")))
    assert [(status["kind"], status["state"]) for status in found] == [("printer", "ready"), ("wand", "off")]
    assert (tmp_path / "kit-devices.json").is_file()
    assert not home.exists()


def test_practice_needs_no_hardware(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--practice", "--json"]) == 0
    assert [status["state"] for status in json.loads(capsys.readouterr().out)] == ["ready"] * 4


def test_addresses_survive_being_written_and_damaged_ones_are_told(home: Path) -> None:
    file = place(home)
    config = DeviceConfig(printer_uri="ipp://printer", label_host="10.0.0.9", gps_port="COM3", wand_folder="D:/scan")
    save(file, config)
    assert load(file) == config
    file.write_text("{")
    assert main(["devices"]) == 1


def test_ctrl_c_drops_the_job_at_the_printer(page: Path) -> None:
    command = "import sys; from ui.commands import main; sys.exit(main(sys.argv[1:]))"
    with process.start("printer", page_seconds=60) as emulator:
        with subprocess.Popen(
            [sys.executable, "-c", command, "print", str(page), "--printer", emulator.ready["uri"]],
            stderr=subprocess.PIPE,
            text=True,
        ) as printing:
            assert printing.stderr is not None
            assert "正在打印" in printing.stderr.readline()
            printing.send_signal(signal.SIGINT)
            _, err = printing.communicate(timeout=60)
        assert printing.returncode == 1
        assert "已取消" in err.splitlines()[-1]
        assert [job["state"] for job in emulator.command("state")["jobs"]] == [7]
