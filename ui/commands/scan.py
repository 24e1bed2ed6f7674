"""fieldkit scan IMAGE…: straighten pages, read codes and seals, find signatures, read the text.

Needs no kit, so it knows the published practice key alone: a seal under another key may be genuine of a county's kit
or forged, and only a kit can tell.

Exit 0 where every image is a page with a practice seal, or paper without any code (told: 没有页签). Exit 1 where an
image can't be read, shows no sheet of paper, is mirrored, or has a foreign code, a seal under another key, seals that
disagree or a seal that can't be read: each is one sentence on stderr, and `error` or `seal_problem` in the JSON. The
others are done all the same.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from devices.imaging.ocr import Reader, serve, text_of
from devices.imaging.scan import PageScan, read_page
from fieldkit.errors import InvalidInput, KnownError
from fieldkit.instruments.seal import PRACTICE_KEY
from fieldkit.outcome import refused

STATES = {"signed": "已签", "empty": "空", "unsure": "看不清"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    if "--read-text" in sys.argv:  # the child of `Reader` in the bundle, where there is no python to run a module with
        parser.add_argument("--read-text", action="store_true", help=argparse.SUPPRESS)
        return
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="JPEG, PNG, TIFF, WebP or BMP")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the straightened pages there")
    parser.add_argument("--no-text", action="store_true", help="leave out reading the text (3–4 s a page)")
    parser.add_argument("--json", action="store_true", help="one object an image, in order")


def run(args: argparse.Namespace) -> int:
    """Read every image and return 0, or 1 if something is wrong with one of them."""
    if getattr(args, "read_text", False):
        serve(sys.stdin.buffer, sys.stdout.buffer)
        return 0
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
    with Reader() as reader:
        results = [_one(path, args.out, None if args.no_text else reader) for path in args.images]
    if args.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
    else:
        for result in results:
            _tell(result)
    return 1 if any(result["error"] or result["seal_problem"] for result in results) else 0


def _one(path: Path, out: Path | None, reader: Reader | None) -> dict[str, Any]:
    start = time.perf_counter()
    try:
        scan = read_page(path.read_bytes(), [PRACTICE_KEY])
    except OSError as error:
        scan = PageScan(error=str(refused(error, path)))
    if scan.error is None and scan.corners is None and not scan.codes and scan.seal_problem is None:
        scan = PageScan(error=str(KnownError("page.none")))
    text = None
    text_problem = None
    if reader is not None and scan.page_jpeg is not None:
        try:
            text = text_of(reader.read(scan.page_jpeg))
        except InvalidInput as error:
            text_problem = str(error)
    page = None
    if out is not None and scan.page_jpeg is not None:
        page = _free_name(out, path.stem)
        page.write_bytes(scan.page_jpeg)
    problem = scan.error or (str(KnownError(f"page.{scan.seal_problem}")) if scan.seal_problem else None)
    if problem is not None:
        print(f"{path}: {problem}", file=sys.stderr, flush=True)
    return {
        "image": str(path),
        "corners": None if scan.corners is None else [list(corner) for corner in scan.corners],
        "confidence": scan.confidence,
        "page": None if page is None else str(page),
        "codes": [{"kind": code.kind, "text": code.text} for code in scan.codes],
        "bound": None
        if scan.seal is None
        else {"document": scan.seal.document, "revision": scan.seal.revision, "page": scan.seal.page},
        "seal_problem": scan.seal_problem,
        "boxes": [{"name": box.name, "state": box.state} for box in scan.boxes],
        "text": text,
        "text_problem": text_problem,
        "seconds": round(time.perf_counter() - start, 3),
        "error": scan.error,
    }


def _free_name(folder: Path, stem: str) -> Path:
    """Return a name in `folder` that no other image of this run has taken."""
    path, number = folder / f"{stem}-page.jpg", 2
    while path.exists():
        path, number = folder / f"{stem}-page-{number}.jpg", number + 1
    return path


def _tell(result: dict[str, Any]) -> None:
    """Print what one image shows, for people."""
    if result["error"]:
        return
    print(result["image"])
    corners = (
        "没有找到纸张边缘，按整幅图处理" if result["corners"] is None else f"页面置信度 {result['confidence']:.2f}"
    )
    print(f"  {corners}，{result['seconds']:.1f} s" + (f"，已存 {result['page']}" if result["page"] else ""))
    if result["bound"]:
        bound = result["bound"]
        words = f"文书 {bound['document']} 第 {bound['revision']} 版第 {bound['page']} 页"
        print(f"  练习页签（不作执法文书）：{words} (practice seal, no legal record)")
    elif not result["seal_problem"]:
        print("  没有页签 (no page seal)")
    for code in result["codes"]:
        print(f"  {code['kind']}: {code['text']}")
    if result["boxes"]:
        print("  签名栏: " + "，".join(f"{box['name']} {STATES[box['state']]}" for box in result["boxes"]))
    if result["text_problem"]:
        print(f"  {result['text_problem']}")
    if result["text"]:
        print("  " + result["text"].replace("\n", "\n  "))
