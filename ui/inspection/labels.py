"""Bottles: numbers for new samples, and their labels through the thermal printer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from fieldkit.instruments import label
from fieldkit.model.evidence import Sample
from ui.inspection.lane import sentence

if TYPE_CHECKING:
    from fieldkit.errors import BugError, KnownError
    from fieldkit.model.enterprise import Outfall
    from ui.inspection.session import VisitSession


class LabelDesk:
    """The samples' labels of one visit. Owner's thread only."""

    def __init__(self, session: VisitSession) -> None:
        self._session = session
        self._words: dict[str, tuple[str, str]] = {}

    def new_sample(self, outfall: Outfall | None) -> Sample:
        """Add a sample at an outfall of the archive (or at a point to be named) and return it.

        Its number is new in this visit even where a bottle was removed: its label may be on a bottle already.
        """
        session = self._session
        stem = session.visit.number.removeprefix(f"{session.visit.county}-")
        taken = {sample.number for sample in session.visit.samples}
        place = session.visit.bottles_numbered + 1
        while f"{stem}-{place:02d}" in taken:  # a bottle of a visit begun before numbers were counted
            place += 1
        session.replace(msgspec.structs.replace(session.visit, bottles_numbered=place), "samples")
        sample = Sample(
            id=str(uuid4()),
            number=f"{stem}-{place:02d}",
            point_code=outfall.code if outfall is not None else "",
            point_name=outfall.name if outfall is not None else "",
            medium=outfall.medium if outfall is not None else "",
            items=outfall.pollutants if outfall is not None else (),
            sampler="、".join(row.officer.name for row in session.officers.present()),
            taken_at=session.now(),
        )
        if session.value("sampling", "done") is not True:
            session.set_value(("sampling", "done"), True, "是否采样")
        session.put_sample(sample)
        return sample

    def state(self, sample_id: str) -> tuple[str, str]:
        """Return tone and words of a label's printing."""
        return self._words.get(sample_id, ("", "标签未打印"))

    def print_label(self, sample: Sample) -> None:
        """Print one bottle label; the outcome stands beside the sample."""
        session = self._session
        printer = session.tools.label_printer()
        if printer is None:
            self._say(sample.id, "danger", "还没有选定标签机，请到“设备”选择")
            return
        party = str(session.value("party", "name") or session.visit.enterprise_name)
        self._say(sample.id, "info", "正在打印标签…")

        def send() -> None:
            printer.print_image(label.bottle_label(sample, party, demo=session.visit.demo))

        def failed(error: KnownError | BugError) -> None:
            self._say(sample.id, "danger", sentence(error))

        session.lane("print").do(send, lambda _none: self._say(sample.id, "ok", "标签已送出，请贴瓶"), failed)

    def _say(self, sample_id: str, tone: str, words: str) -> None:
        self._words[sample_id] = (tone, words)
        self._session.tell("label")
