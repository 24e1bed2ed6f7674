"""`fieldkit-backend`: serve, accounts and enrolment codes from the command line.

Exit 0 done, 1 an error told in one line on stderr, 2 wrong usage. A program error is one line too; FIELDKIT_DEBUG=1
adds its traceback.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from fieldkit import __version__
from fieldkit.outcome import end, speak_any_encoding

DEFAULT_DATA = Path("backend-data")
ROLES = ("执法人员", "中队长", "大队长", "局长", "档案员", "信访员")
PASSWORD_VARIABLE = "FIELDKIT_PASSWORD"  # noqa: S105 - the variable's name


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    speak_any_encoding()
    args = _parser().parse_args(argv)
    try:
        return end(lambda: int(args.run(args)))
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fieldkit-backend", description="The provincial backend of fieldkit.")
    parser.add_argument("--version", action="version", version=f"fieldkit-backend {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve kits and leaders over HTTPS")
    _add_data(serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=_port, default=8443, help="0 takes a free one (default: %(default)s)")
    serve.add_argument("--demo", action="store_true", help="seed the fictional county once; give an enrolment code")
    serve.add_argument("--ready", type=Path, metavar="FILE", help="JSON written once the server listens")
    serve.add_argument("--until-eof", action="store_true", help="stop when stdin ends, with who started it")
    serve.add_argument("--public-url", metavar="URL", help="address kits are told, where it differs")
    serve.add_argument("--county", default="330424", help="division code of a new installation (default: %(default)s)")
    serve.add_argument("--county-name", default="海盐县", help="its name (default: %(default)s)")
    serve.set_defaults(run=_serve)

    enrol = commands.add_parser("enrol", help="print a one-time enrolment code for a new kit")
    _add_data(enrol)
    enrol.add_argument("--county", help="division code; needed where there are several")
    enrol.add_argument("--json", action="store_true", help="machine-readable")
    enrol.set_defaults(run=_enrol)

    user = commands.add_parser("user", help="accounts of officers and leaders").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = user.add_parser("add", help="add an account; the password comes from stdin or $" + PASSWORD_VARIABLE)
    _add_data(add)
    add.add_argument("--number", required=True, type=_number, help="执法证号 and log-in name: 3–32 of 0-9 A-Z a-z -")
    add.add_argument("--name", required=True, type=_name, help="1–40 characters")
    add.add_argument("--role", choices=ROLES, default="执法人员")
    add.add_argument("--squad", default="")
    add.add_argument("--unit", default="")
    add.add_argument("--county", help="division code; needed where there are several")
    add.add_argument("--expires", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last day of the 执法证")
    add.add_argument("--password-stdin", action="store_true", help="read the password from the first line of stdin")
    add.set_defaults(run=_user_add)
    change = user.add_parser("set", help="change an account: password, last day of the 执法证, or disable it")
    _add_data(change)
    change.add_argument("--number", required=True, help="执法证号")
    change.add_argument("--expires", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last day of the 执法证")
    change.add_argument("--password-stdin", action="store_true", help="a new password is on stdin's first line")
    change.add_argument("--disable", action="store_true", help="nobody signs in with it any more")
    change.set_defaults(run=_user_set)
    listing = user.add_parser("list", help="every account")
    _add_data(listing)
    listing.add_argument("--json", action="store_true", help="machine-readable")
    listing.set_defaults(run=_user_list)

    device = commands.add_parser("device", help="kits that were enrolled").add_subparsers(
        required=True, metavar="ACTION"
    )
    kits = device.add_parser("list", help="every kit")
    _add_data(kits)
    kits.add_argument("--json", action="store_true", help="machine-readable")
    kits.set_defaults(run=_device_list)
    revoke = device.add_parser("revoke", help="shut a kit out; what it still hands in waits for a leader")
    _add_data(revoke)
    revoke.add_argument("id", help="as `device list` tells it")
    revoke.set_defaults(run=_device_revoke)
    return parser


def _serve(args: argparse.Namespace) -> int:
    from backend.serve import Wish, serve

    serve(
        Wish(
            data=args.data,
            host=args.host,
            port=args.port,
            demo=args.demo,
            ready=args.ready,
            until_eof=args.until_eof,
            public_url=args.public_url,
            county=args.county,
            county_name=args.county_name,
        )
    )
    return 0


def _enrol(args: argparse.Namespace) -> int:
    from backend import administration

    code = administration.new_code(args.data, args.county, datetime.now(UTC))
    print(json.dumps({"enrol_code": code}) if args.json else code)
    return 0


def _user_add(args: argparse.Namespace) -> int:
    from backend import administration
    from fieldkit.model.officer import Officer

    password = sys.stdin.readline().rstrip("\r\n") if args.password_stdin else os.environ.pop(PASSWORD_VARIABLE, "")
    if not password:
        password = sys.stdin.readline().rstrip("\r\n")
    officer = Officer(
        number=args.number,
        name=args.name,
        unit=args.unit,
        squad=args.squad,
        county=args.county or "",
        role=args.role,
        expires_on=args.expires,
    )
    administration.add_user(args.data, officer, password, datetime.now(UTC))
    until = f"，执法证有效期至 {officer.expires_on}" if officer.expires_on else ""
    print(f"已添加：{officer.number} {officer.name}（{officer.role}）{until} (account added)")
    return 0


def _user_list(args: argparse.Namespace) -> int:
    from backend import administration

    users = administration.users(args.data)
    if args.json:
        print(json.dumps(users, ensure_ascii=False))
    else:
        for user in users:
            print("\t".join(str(user[name] or "") for name in ("number", "name", "role", "squad", "expires_on")))
    return 0


def _user_set(args: argparse.Namespace) -> int:
    from backend import administration
    from fieldkit.errors import InvalidInput

    password = sys.stdin.readline().rstrip("\r\n") if args.password_stdin else ""
    if not password and args.expires is None and not args.disable:
        raise InvalidInput("backend.nothing_to_set")
    administration.set_user(
        args.data, args.number, datetime.now(UTC), password=password, expires=args.expires, disable=args.disable
    )
    return 0


def _device_list(args: argparse.Namespace) -> int:
    from backend import administration

    kits = administration.kits(args.data)
    if args.json:
        print(json.dumps(kits, ensure_ascii=False))
    else:
        for kit in kits:
            print("\t".join(str(kit[name] or "") for name in ("id", "name", "enrolled_at", "revoked_at")))
    return 0


def _device_revoke(args: argparse.Namespace) -> int:
    from backend import administration

    administration.revoke_kit(args.data, args.id, datetime.now(UTC))
    return 0


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="data directory (default: %(default)s)")


def _number(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z-]{3,32}", text):
        raise argparse.ArgumentTypeError(f"执法证号应为 3–32 位数字、字母或 - (3–32 of 0-9 A-Z a-z -): {text!r}")
    return text


def _name(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= 40 or any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") for sign in name):
        raise argparse.ArgumentTypeError(f"姓名应为 1–40 个可见字符 (1–40 characters, no control signs): {text!r}")
    return name


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return port


if __name__ == "__main__":
    sys.exit(main())
