"""Make an instrument from data: FORM and DATA.json in, a PDF out, sealed with the published practice key."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

from fieldkit.errors import InvalidInput
from fieldkit.instruments import datafile
from fieldkit.instruments.render import render
from fieldkit.instruments.seal import PRACTICE_KEY


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare FORM, DATA, --out and --json."""
    parser.add_argument("form", metavar="FORM", help="name of a form, as `inspection`")
    parser.add_argument("data", metavar="DATA.json", type=Path, help="the record's values (docs/forms.md)")
    parser.add_argument("--out", metavar="X.pdf", type=Path, required=True, help="where the PDF goes")
    parser.add_argument("--json", action="store_true", help="print what was made as JSON")


def run(args: argparse.Namespace) -> int:
    """Render and write the file; nothing is written where anything is wrong."""
    form, data = datafile.load(args.form, args.data)
    record = data.record(form)
    made = render(record, data.revision, PRACTICE_KEY, data.corrections)
    try:
        args.out.write_bytes(made.pdf)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InvalidInput("form.unwritable", file=args.out, why=why) from error
    if args.json:
        answer = {
            "out": str(args.out),
            "document": record.id,
            "revision": data.revision,
            "pages": made.pages,
            "digest": made.digest,
            "sha256": hashlib.sha256(made.pdf).hexdigest(),
            "seals": list(made.seals),
        }
        json.dump(answer, sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        print(f"已生成 {args.out}：{form.title}，共{made.pages}页（练习件）")
    return 0
