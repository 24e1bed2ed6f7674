"""What this machine lacks: fonts, tools, and pairs of versions known to break. Needs no kit."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: what was found, and what to do if it is not right. `needed`: the kit can't work without."""

    name: str
    ok: bool
    found: str
    needed: bool = True
    do: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="for machines")


def run(args: argparse.Namespace) -> int:
    """Print each finding; exit 1 if something the kit can't work without is missing."""
    findings = list(examine())
    if args.json:
        print(msgspec.json.encode(findings).decode())
    else:
        for finding in findings:
            mark = "正常 ok" if finding.ok else ("缺少 missing" if finding.needed else "提示 hint")
            print("\t".join((mark, finding.name, finding.found, *(() if finding.ok else (finding.do,)))))
    return 1 if any(finding.needed and not finding.ok for finding in findings) else 0


def examine() -> Iterator[Finding]:
    """Give one finding after another."""
    yield Finding("python", sys.version_info >= (3, 11), platform.python_version(), do="安装 Python 3.11 或更新版本")
    yield _qt()
    yield _cipher()
    yield from _fonts()
    yield from _packages()
    yield from _tools()


def _qt() -> Finding:
    """PySide6 6.12.0 on CPython before 3.12 drops a reference to None at nearly every call and aborts later."""
    try:
        version = importlib.metadata.version("PySide6-Essentials")
    except importlib.metadata.PackageNotFoundError:
        return Finding("PySide6-Essentials", False, "", do="make setup")
    broken = version.startswith("6.12.0") and sys.version_info < (3, 12)
    return Finding(
        "PySide6-Essentials", not broken, version, do="改用 PySide6-Essentials 6.11.3（6.12.0 与本 Python 不配）"
    )


def _cipher() -> Finding:
    from fieldkit.replica.driver import library_versions

    sqlite, cipher, fts5 = library_versions()
    return Finding("SQLCipher", fts5 and bool(cipher), f"SQLCipher {cipher}, SQLite {sqlite}", do="make setup")


def _fonts() -> Iterator[Finding]:
    from fieldkit.instruments import fonts

    for name in fonts.missing():
        yield Finding(f"字体 {name}", False, "", needed=False, do="apt install fonts-hanazono，然后 make setup")
    if not fonts.missing():
        yield Finding("字体", True, "齐全")


def _packages() -> Iterator[Finding]:
    for package, module in (("opencv-python-headless", "cv2"), ("zxing-cpp", "zxingcpp"), ("rapidocr", "rapidocr")):
        found = importlib.util.find_spec(module) is not None
        yield Finding(package, found, importlib.metadata.version(package) if found else "", do="make setup")
    if importlib.util.find_spec("cv2") and (Path(str(_origin("cv2"))).parent / "qt").exists():
        yield Finding("opencv", False, "opencv-python", do="卸载 opencv-python，只留 opencv-python-headless")


def _origin(module: str) -> str | None:
    spec = importlib.util.find_spec(module)
    return spec.origin if spec else None


def _tools() -> Iterator[Finding]:
    """Programs that some devices or tests use; the kit itself runs without them."""
    for program, package in _TOOLS:
        found = shutil.which(program) or ""
        yield Finding(program, bool(found), found, needed=False, do=f"apt install {package}")


_DEBIAN = (("ippeveprinter", "cups-ipp-utils"), ("dbus-daemon", "dbus"), ("pdftoppm", "poppler-utils"))
_TOOLS = () if sys.platform == "win32" else _DEBIAN
