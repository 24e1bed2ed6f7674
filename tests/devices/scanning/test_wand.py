from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from devices.scanning.wand import ScannedFile, WandFolder
from fieldkit.errors import KnownError, StorageFull
from tests.devices.conftest import StartEmulator
from tests.devices.waiting import wait_until

POLL_S = 0.02
Watch = Callable[..., "Seen"]


class Seen:
    """What a watched folder delivered and complained of."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.files: list[ScannedFile] = []
        self.complaints: list[tuple[str, str]] = []
        self.refusals: list[KnownError] = []
        self.wand = WandFolder(folder, self._take, POLL_S, failed=self._failed, **options)  # type: ignore[arg-type]
        self.wand.start()

    def _take(self, file: ScannedFile) -> None:
        if self.refusals:
            raise self.refusals.pop()
        self.files.append(file)

    def _failed(self, path: Path, why: KnownError) -> None:
        self.complaints.append((path.name, why.message_key))

    @property
    def names(self) -> list[str]:
        return [file.path.name for file in self.files]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Watch a folder; every watcher ends with the test."""
    watchers: list[Seen] = []

    def start(folder: Path, **options: object) -> Seen:
        watchers.append(Seen(folder, **options))
        return watchers[-1]

    yield start
    for watcher in watchers:
        watcher.wand.stop()
        watcher.wand.join(10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "wand"
    made.mkdir()
    return made


def jpeg(seed: int = 1, size: int = 64) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((size, size), 40 + seed).save(out, "JPEG")
    return out.getvalue()


def test_files_that_lay_there_and_new_ones_come_out_once_each(folder: Path, watch: Watch) -> None:
    (folder / "old.JPG").write_bytes(first := jpeg(1))
    seen = watch(folder)
    wait_until(lambda: seen.names == ["old.JPG"])
    (folder / "100MEDIA").mkdir()
    (folder / "100MEDIA" / "new.jpeg").write_bytes(jpeg(2))
    wait_until(lambda: seen.names == ["old.JPG", "new.jpeg"])
    file = seen.files[0]
    assert (file.data, file.sha256) == (first, hashlib.sha256(first).hexdigest())
    assert file.media_type == "image/jpeg"
    assert file.taken_at.timestamp() == pytest.approx((folder / "old.JPG").stat().st_mtime)
    wait_until(lambda: seen.wand.status().words_zh == "就绪，等待扫描文件")
    assert seen.complaints == []


def test_a_slow_wand_s_file_comes_only_when_it_is_whole(
    emulate: StartEmulator, folder: Path, watch: Watch, tmp_path: Path
) -> None:
    (tmp_path / "page.jpg").write_bytes(data := jpeg(size=400))
    emulator = emulate("wand", folder=folder, chunk=len(data) // 12, pause=0.05)
    seen = watch(folder, broken_after=1000)
    emulator.command(f"scan {tmp_path / 'page.jpg'}")
    wait_until(lambda: len(seen.files) == 1)
    assert seen.files[0].data == data


def test_a_truncated_file_is_told_once_and_taken_when_it_grows(
    emulate: StartEmulator, folder: Path, watch: Watch, tmp_path: Path
) -> None:
    (tmp_path / "page.jpg").write_bytes(jpeg())
    emulator = emulate("wand", folder=folder, fault=["truncate"])
    seen = watch(folder)
    emulator.command(f"scan {tmp_path / 'page.jpg'}")
    wait_until(lambda: bool(seen.complaints))
    assert seen.wand.status().state == "attention"
    (folder / "other.jpg").write_bytes(jpeg(2))  # by the time this came, the broken one was looked at again
    wait_until(lambda: seen.names == ["other.jpg"])
    assert seen.complaints == [("IMG_0001.JPG", "wand.truncated")]
    emulator.command("clear")
    wait_until(lambda: "IMG_0001.JPG" in seen.names)
    wait_until(lambda: seen.wand.status().state == "ready")


def test_the_same_content_comes_once_whatever_its_name(
    emulate: StartEmulator, folder: Path, watch: Watch, tmp_path: Path
) -> None:
    (tmp_path / "page.jpg").write_bytes(jpeg(1))
    emulator = emulate("wand", folder=folder, fault=["duplicate"])
    seen = watch(folder)
    emulator.command(f"scan {tmp_path / 'page.jpg'}")
    (folder / "last.jpg").write_bytes(jpeg(2))
    wait_until(lambda: "last.jpg" in seen.names)
    wait_until(lambda: seen.wand.status().words_zh == "就绪，等待扫描文件")
    assert len(seen.files) == 2


def test_what_was_taken_before_a_restart_does_not_come_again(folder: Path, watch: Watch) -> None:
    (folder / "a.jpg").write_bytes(data := jpeg(1))
    (folder / "b.jpg").write_bytes(jpeg(2))
    seen = watch(folder, known=lambda sha256: sha256 == hashlib.sha256(data).hexdigest())
    wait_until(lambda: "b.jpg" in seen.names)
    assert "a.jpg" not in seen.names


def test_a_folder_unplugged_and_back_goes_on_where_it_was(
    emulate: StartEmulator, folder: Path, watch: Watch, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    (tmp_path / "b.jpg").write_bytes(jpeg(2))
    emulator = emulate("wand", folder=folder)
    seen = watch(folder)
    emulator.command(f"scan {tmp_path / 'a.jpg'}")
    wait_until(lambda: len(seen.files) == 1)
    emulator.command("fault unplug")
    wait_until(lambda: seen.wand.status().state == "off")
    assert str(folder) in seen.wand.status().words_zh
    emulator.command("clear")
    wait_until(lambda: seen.wand.status().state == "ready")
    emulator.command(f"scan {tmp_path / 'b.jpg'}")
    wait_until(lambda: len(seen.files) == 2)


def test_a_folder_that_is_not_there_yet_is_off_until_it_comes(tmp_path: Path, watch: Watch) -> None:
    seen = watch(tmp_path / "later")
    assert seen.wand.status().state == "off"
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "a.jpg").write_bytes(jpeg())
    wait_until(lambda: len(seen.files) == 1)


def test_a_file_that_could_not_be_stored_is_tried_again(folder: Path, watch: Watch) -> None:
    seen = watch(folder)
    seen.refusals += [StorageFull(), StorageFull()]
    (folder / "a.jpg").write_bytes(jpeg())
    wait_until(lambda: len(seen.files) == 1)
    assert seen.complaints == [("a.jpg", "wand.not_delivered")]


def test_what_is_no_picture_is_left_alone_and_what_only_looks_like_one_is_told(folder: Path, watch: Watch) -> None:
    (folder / "notes.txt").write_text("x")
    (folder / ".hidden.jpg").write_bytes(jpeg(1))
    (folder / "link.jpg").symlink_to(os.devnull)
    (folder / "fake.jpg").write_bytes(b"MZ not a picture")
    (folder / "empty.jpg").touch()
    seen = watch(folder)
    wait_until(lambda: len(seen.complaints) == 2)
    assert sorted(seen.complaints) == [("empty.jpg", "wand.truncated"), ("fake.jpg", "wand.unreadable")]
    assert seen.files == []


def test_a_pdf_and_a_tiff_of_two_pages_are_told_and_stay_where_they_are(folder: Path, watch: Watch, pdf: bytes) -> None:
    sheets = [Image.effect_noise((64, 64), 40 + seed) for seed in range(2)]
    sheets[0].save(folder / "two.tif", save_all=True, append_images=sheets[1:])
    (folder / "pages.pdf").write_bytes(pdf)
    (folder / "one.jpg").write_bytes(jpeg())
    seen = watch(folder)
    wait_until(lambda: len(seen.complaints) == 2 and bool(seen.files))
    assert sorted(seen.complaints) == [("pages.pdf", "wand.pdf"), ("two.tif", "wand.several_pages")]
    assert seen.names == ["one.jpg"]
    assert (folder / "pages.pdf").read_bytes() == pdf


def test_many_and_big_files_all_come(folder: Path, watch: Watch) -> None:
    for number in range(150):
        (folder / f"{number:03d}.jpg").write_bytes(jpeg(number))
    big = io.BytesIO()
    Image.effect_noise((3000, 4000), 90).save(big, "JPEG", quality=97)
    (folder / "big.jpg").write_bytes(big.getvalue())
    seen = watch(folder)
    wait_until(lambda: len(seen.files) == 151)
    assert len({file.sha256 for file in seen.files}) == 151


def test_stopping_ends_the_thread_and_starting_again_delivers_nothing_twice(folder: Path, watch: Watch) -> None:
    (folder / "a.jpg").write_bytes(jpeg(1))
    seen = watch(folder)
    wait_until(lambda: len(seen.files) == 1)
    seen.wand.stop()
    seen.wand.join(10)
    (folder / "b.jpg").write_bytes(jpeg(2))
    seen.wand.start()
    wait_until(lambda: seen.names == ["a.jpg", "b.jpg"])
