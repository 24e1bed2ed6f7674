"""The console's style sheet: the desktop's own tokens as CSS variables, then one static file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from fieldkit.resource import resource


@cache
def style_sheet() -> str:
    """Return the whole style sheet: day by default, night where the system asks for it, outdoor contrast on paper."""
    themes = tomllib.loads(resource("style", "tokens.toml").read_text("utf-8"))["theme"]
    rules = (Path(__file__).parent / "static" / "console.css").read_text("utf-8")
    return (
        f":root{{color-scheme:light dark;{_variables(themes['day'])}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(themes['night'])}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{_variables(themes['outdoor'])}}}}}\n{rules}"
    )


def _variables(theme: dict[str, object]) -> str:
    return "".join(f"--{name}:{value};" for name, value in theme.items() if str(value).startswith("#"))
