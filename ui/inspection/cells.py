"""Cells of a visit: read and replace one part of the frozen structs, so that every edit has an address and an undo."""

from __future__ import annotations

from typing import Any

import msgspec

from fieldkit.errors import BugError
from fieldkit.model.record import Record, Values
from fieldkit.model.visit import Visit
from ui.inspection.undo import Cell

PARTS = {"answers": "checklist", "confirmed": "confirmed", "samples": "samples", "signatures": "signatures"}
"""First word of a cell → the visit's attribute it holds whole."""


def value_at(values: Values, path: tuple[str | int, ...]) -> Any:
    """Return the value at `path`, or None where nothing stands yet."""
    here: Any = values
    for step in path:
        if isinstance(here, dict) and isinstance(step, str):
            here = here.get(step)
        elif isinstance(here, list | tuple) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            return None
    return here


def with_value(values: Values, path: tuple[str | int, ...], value: Any) -> Values:
    """Return a copy of `values` with `value` at `path`; untouched parts are shared."""
    changed: Values = _replaced(values, path, value)
    return changed


def _replaced(here: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        table = dict(here) if isinstance(here, dict) else {}
        table[step] = _replaced(table.get(step), rest, value)
        return table
    rows = list(here) if isinstance(here, list | tuple) else []
    while len(rows) <= step:
        rows.append({})
    rows[step] = _replaced(rows[step], rest, value)
    return rows


def cell_of(visit: Visit, cell: Cell) -> Any:
    """Return what stands in a cell."""
    if cell[0] == "values":
        return value_at(visit.records[0].values, cell[1:])
    return getattr(visit, _part(cell))


def with_cell(visit: Visit, cell: Cell, content: Any) -> Visit:
    """Return the visit with one cell replaced."""
    if cell[0] == "values":
        record = visit.records[0]
        return with_record(visit, msgspec.structs.replace(record, values=with_value(record.values, cell[1:], content)))
    return msgspec.structs.replace(visit, **{_part(cell): content})


def with_record(visit: Visit, record: Record) -> Visit:
    """Return the visit with its inspection record replaced."""
    return msgspec.structs.replace(visit, records=(record, *visit.records[1:]))


def _part(cell: Cell) -> str:
    part = PARTS.get(str(cell[0]))
    if part is None:
        raise BugError(f"no such cell: {cell!r}")
    return part
