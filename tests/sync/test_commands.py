"""`fieldkit init` and `fieldkit sync` as an officer runs them, and the embedded backend's life."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.demo import PASSWORD, kit_officers
from fieldkit.errors import InvalidInput
from fieldkit.replica import Replica
from tests.sync.backend import Backend
from tests.sync.kits import OFFICER, QUICK, make_kit
from ui import embedded, new_kit
from ui.commands import main

DEADLINE_S = 60.0


def fieldkit(home: Path, *arguments: str, password: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FIELDKIT_HOME": str(home)}
    environment.pop("FIELDKIT_PASSWORD", None)
    if password:
        environment["FIELDKIT_PASSWORD"] = password
    command = [sys.executable, "-c", "import sys; from ui.commands import main; sys.exit(main())", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def listening(url: str) -> bool:
    """Tell whether anybody accepts connections at this address."""
    where = urlsplit(url)
    with socket.socket() as sock:
        return sock.connect_ex((where.hostname, where.port)) == 0


def until(state: Callable[[], bool]) -> bool:
    """Wait for a state with a deadline."""
    pause = threading.Event()
    for _ in range(int(DEADLINE_S / 0.05)):
        if state():
            return True
        pause.wait(0.05)
    return False


def test_init_demo_makes_a_kit_that_syncs_again_through_its_own_backend_wherever_it_listens(tmp_path: Path) -> None:
    home = tmp_path / "kit"
    made = fieldkit(home, "init", "--demo", "--json")
    assert made.returncode == 0, made.stderr
    facts = json.loads(made.stdout)
    assert facts["officers"] == list(kit_officers())
    assert facts["sync"]["changes"] > 600
    assert Path(facts["backend"]) == tmp_path / "kit-backend"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kit", "kit-backend"]

    again = fieldkit(home, "sync", "--once", "--json", "--officer", kit_officers()[1], password=PASSWORD)
    assert again.returncode == 0, again.stderr
    report = json.loads(again.stdout)
    assert [report[name] for name in ("operations", "acknowledged", "blob_bytes", "changes")] == [0, 0, 0, 0]

    refused = fieldkit(home, "init", "--demo")
    assert refused.returncode == 1
    assert "没有做任何改动" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert PASSWORD not in "".join(path.read_text("latin-1") for path in home.rglob("*") if path.is_file())
    _whose_port_is_taken_moves_and_the_kit_follows(home)


def _hang_up(squatter: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            squatter.accept()[0].close()


def test_a_demo_kit_whose_backend_is_gone_says_so(backend: Backend, tmp_path: Path) -> None:
    kit = make_kit(tmp_path / "kit", backend.code())
    try:
        kit.reach(1)  # nobody listens there
        enrolment = kit.replica.enrolment.get()
        gone = {"data": str(tmp_path / "gone")}
        kit.replica.enrolment.set(msgspec.structs.replace(enrolment, embedded=gone))
        with pytest.raises(embedded.EmbeddedFailed) as told:
            embedded.ensure(kit.replica)
        assert "后台数据不在了" in told.value.zh
        assert not (tmp_path / "gone").exists()
    finally:
        kit.close()


def test_init_with_a_code_makes_the_kit_and_fetches_the_county(backend: Backend, tmp_path: Path) -> None:
    home = tmp_path / "kit"
    made = fieldkit(home, "init", "--enrol", backend.code(), "--officer", OFFICER, "--json", password=PASSWORD)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["sync"]["changes"] > 0
    with Replica.open(home, keys.unlock(home, OFFICER, PASSWORD), Clock()) as replica:
        assert {officer.number for officer in replica.officers.roster()} >= set(kit_officers())
        assert replica.enrolment.get().embedded is None


def test_a_mistyped_password_does_not_cost_the_code(backend: Backend, tmp_path: Path) -> None:
    command = ["init", "--enrol", backend.code(), "--officer", OFFICER]
    refused = fieldkit(tmp_path / "kit", *command, password="not the password")
    assert refused.returncode == 1
    assert "请重新输入" in refused.stderr
    made = fieldkit(tmp_path / "kit", *command, password=PASSWORD)
    assert made.returncode == 0, made.stderr
    again = fieldkit(tmp_path / "other", *command, password=PASSWORD)
    assert again.returncode == 1
    assert "登记码" in again.stderr


def test_a_kit_enrols_with_a_backend_at_another_address_of_its_machine(template: Backend, tmp_path: Path) -> None:
    elsewhere = template.copy(tmp_path / "data")
    elsewhere.host = "127.0.0.2"
    elsewhere.start()
    try:
        assert elsewhere.url.startswith("https://127.0.0.2:")
        command = ["init", "--enrol", elsewhere.code(), "--officer", OFFICER, "--json"]
        made = fieldkit(tmp_path / "kit", *command, password=PASSWORD)
        assert made.returncode == 0, made.stderr
        assert json.loads(made.stdout)["sync"]["changes"] > 0
    finally:
        elsewhere.stop(signal.SIGKILL)


@pytest.mark.parametrize(
    ("code", "officer", "password", "words"),
    [
        ("no code", OFFICER, PASSWORD, "登记码"),
        ("fieldkit://enrol?u=https%3A%2F%2F127.0.0.1%3A1&s=x&k=" + "0" * 32, OFFICER, PASSWORD, "连不上服务器"),
        ("GOOD", OFFICER, "not the password", "密码不正确"),
        ("GOOD", OFFICER, "short", "密码"),
        ("GOOD", "", PASSWORD, "执法证号"),
    ],
)
def test_a_refused_enrolment_leaves_no_half_kit(
    backend: Backend,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: str,
    officer: str,
    password: str,
    words: str,
) -> None:
    given = backend.code() if code == "GOOD" else code
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "kit"))
    monkeypatch.setenv("FIELDKIT_PASSWORD", password)
    assert main(["init", "--enrol", given, *(["--officer", officer] if officer else [])]) == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert words in told[-1]
    assert list(tmp_path.iterdir()) == []


def test_sync_with_the_server_gone_says_so_in_one_line(own_backend: Backend, tmp_path: Path) -> None:
    home = tmp_path / "kit"
    code = own_backend.code()
    assert fieldkit(home, "init", "--enrol", code, "--officer", OFFICER, password=PASSWORD).returncode == 0
    own_backend.stop()
    told = fieldkit(home, "sync", "--once", password=PASSWORD)
    assert told.returncode == 1
    assert "连不上服务器" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_place_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "letter.txt").write_text("mine")
    with pytest.raises(InvalidInput):
        new_kit.refuse_existing(tmp_path / "kit")
    with pytest.raises(InvalidInput):
        new_kit.make_demo(tmp_path / "other", tmp_path / "other" / "backend", cost=QUICK)
    assert [path.name for path in tmp_path.iterdir()] == ["kit"]


def _whose_port_is_taken_moves_and_the_kit_follows(home: Path) -> None:
    with Replica.open(home, keys.unlock(home, OFFICER, PASSWORD), Clock()) as replica:
        url = replica.enrolment.get().server_url
        with socket.socket() as squatter:
            squatter.bind(("127.0.0.1", urlsplit(url).port))  # taken by something that is no backend
            squatter.listen()
            squatter.settimeout(DEADLINE_S)
            threading.Thread(target=_hang_up, args=(squatter,), daemon=True).start()
            backend = embedded.ensure(replica)
            assert backend is not None
            try:
                moved = replica.enrolment.get().server_url
                assert moved != url
                assert embedded.ensure(replica) is None  # it listens already
                second = embedded.EmbeddedBackend(Path(replica.enrolment.get().embedded["data"]))
                with pytest.raises(embedded.EmbeddedFailed) as told:
                    second.start()
                assert "另一个进程" in told.value.zh
            finally:
                backend.stop()
        assert not listening(moved)


def test_the_embedded_backend_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from ui.embedded import EmbeddedBackend;"
        "print(EmbeddedBackend(Path(sys.argv[1])).start().url, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "data"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    url = parent.stdout.readline().strip()
    assert listening(url)
    parent.send_signal(signal.SIGKILL)
    parent.wait(DEADLINE_S)
    parent.stdin.close()
    parent.stdout.close()
    assert until(lambda: not listening(url))
