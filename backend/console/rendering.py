"""The console's pages: templates, icons, words for times and sizes, and headers that shut out the rest of the web."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

import jinja2
from litestar import Response
from markupsafe import Markup

from fieldkit.model.stamp import BEIJING
from fieldkit.resource import resource

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""A page needs nothing but its own style, font and pictures; it runs no script."""


def html(template: str, values: Mapping[str, object], status: int = 200) -> Response[str]:
    """Return the rendered template as the answer."""
    text = _templates().get_template(template).render(values)
    return Response(text, status_code=status, media_type="text/html; charset=utf-8", headers=HEADERS)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(moment=moment, size=size, masked=masked)
    environment.globals.update(icon=icon)
    return environment


@cache
def icon(name: str) -> Markup:
    """Return an icon of `resources/icons` to stand in a line of text; the word beside it says what it means."""
    svg = resource("icons", f"{name}.svg").read_text("utf-8")
    body = svg[svg.index("<svg") :].replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    return Markup(f'<span class="icon">{body}</span>')  # noqa: S704 - our own file


def moment(value: datetime | None) -> str:
    """Return a moment in the county's time, to the minute."""
    return "" if value is None else value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def size(count: int) -> str:
    """Return a number of bytes in the unit that fits."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.0f} KB" if count < 1 << 20 else f"{count / (1 << 20):.1f} MB"


def masked(number: str) -> str:
    """Return an identity number with its middle hidden."""
    return number if len(number) < 8 else f"{number[:4]}{'*' * (len(number) - 6)}{number[-2:]}"
