"""A whole visit as a kit sends it: printed record, signed pages, a paper, photos and a track, all real files."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

import msgspec
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from fieldkit.demo import county
from fieldkit.model.evidence import BoxInk, Evidence, Fix, PageRef, Sample, Signature, Track
from fieldkit.model.record import BlobRef, Correction, Revision
from fieldkit.model.stamp import Stamp
from fieldkit.model.visit import Answer, Visit
from tests.backend.factories import NOW, new_id
from tests.backend.kit import Kit

AT = Stamp(at=NOW, source="gps")


def picture(words: str, size: tuple[int, int], colour: str) -> bytes:
    """Return a JPEG with something on it."""
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    draw.line((0, size[1], size[0], size[1] // 3), fill="white", width=6)
    draw.text((20, 20), words, fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def two_pages() -> bytes:
    """Return a PDF of two pages."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for page in (1, 2):
        canvas.setFont("Helvetica", 24)
        canvas.drawString(72, 760, f"page {page}")
        canvas.rect(72, 60, 450, 80)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


class Filled(msgspec.Struct, frozen=True):
    """A final visit, its track, and the bytes of its blobs by hash."""

    visit: Visit
    track: Track
    blobs: dict[str, bytes]


def filled(officers: tuple[str, ...], task_id: str | None, enterprise: tuple[str, str], pdf: bytes = b"") -> Filled:
    """Return a visit with everything a visit can have."""
    blobs: dict[str, bytes] = {}

    def ref(data: bytes, media_type: str, filename: str) -> BlobRef:
        sha256 = hashlib.sha256(data).hexdigest()
        blobs[sha256] = data
        return BlobRef(sha256=sha256, size=len(data), media_type=media_type, filename=filename)

    def jpeg(words: str, size: tuple[int, int] = (620, 877), colour: str = "#f5f2ea") -> BlobRef:
        return ref(picture(words, size, colour), "image/jpeg", f"{words}.jpg")

    earlier = county().visits[-1].records[0]
    values = {**earlier.values, "site_person": {**earlier.values["site_person"], "id_number": "330424199001011234"}}
    record = msgspec.structs.replace(
        earlier,
        id=new_id(),
        values=values,
        revisions=(
            Revision(
                number=1,
                frozen_at=AT,
                values=values,
                digest="0" * 64,
                pages=2,
                pdf=ref(pdf or two_pages(), "application/pdf", "笔录.pdf"),
                corrections=(Correction(field="place", label="检查地点", old="一号车间", new="二号车间"),),
            ),
        ),
    )
    pages = [
        Evidence(
            id=new_id(),
            kind="signed_page",
            original=jpeg(f"scan {page}", (900, 1200), "#c9c2b4"),
            page=jpeg(f"page {page}"),
            captured_at=AT,
            bound=PageRef(document=record.id, revision=1, page=page),
            bound_by="seal",
            boxes=(
                BoxInk(name="party", state="signed"),
                BoxInk(name="inspector1", state="signed"),
                BoxInk(name="inspector2", state="signed" if page == 1 else "empty"),
                BoxInk(name="recorder", state="unsure" if page == 2 else "signed"),
            ),
        )
        for page in (1, 2)
    ]
    more = [
        Evidence(id=new_id(), kind="paper", original=jpeg("permit"), captured_at=AT, title="排污许可证副本"),
        Evidence(
            id=new_id(),
            kind="photo",
            original=jpeg("outfall", (1200, 800), "#7aa6a1"),
            captured_at=AT,
            title="DW001 排污口",
            note="排放口有水外排，水色清",
        ),
        Evidence(
            id=new_id(), kind="photo", original=jpeg("shop", (800, 1000), "#8b93a6"), captured_at=AT, title="车间"
        ),
    ]
    track = Track(
        id=new_id(),
        officer=officers[0],
        fixes=tuple(
            Fix(at=NOW + timedelta(minutes=n), lon=120.94 + n * 0.0006, lat=30.52 + (n % 9) * 0.0005, hdop=0.9)
            for n in range(60)
        ),
    )
    visit = Visit(
        id=new_id(),
        enterprise_id=enterprise[0],
        enterprise_name=enterprise[1],
        county="330424",
        squad="武原中队",
        number="盐环示检〔2026〕0099号",
        officers=officers,
        opened_at=AT,
        finalised_at=Stamp(at=NOW + timedelta(hours=2), source="gps"),
        state="final",
        task_id=task_id,
        checklist=(Answer(item="permits.licence", verdict="不符合", finding="活性炭箱压差表损坏"),),
        records=(record,),
        signatures=(
            Signature(record_id=record.id, revision=1, page=1, box="party", state="signed"),
            Signature(record_id=record.id, revision=1, page=2, box="inspector2", state="refused", note="演示说明"),
        ),
        evidence=(*pages, *more),
        samples=(Sample(id=new_id(), number="SY20260611-01", point_code="DW001", items=("pH", "CODcr")),),
        track_id=track.id,
        demo=True,
    )
    return Filled(visit=visit, track=track, blobs=blobs)


def send_blob(kit: Kit, data: bytes) -> None:
    """Upload a blob with plain tus."""
    from tests.backend.test_uploads import OCTETS, metadata

    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": metadata(data)}
    made: Any = kit.call("POST", "/v1/uploads", headers=headers)
    assert made.status_code == 201, made.text
    if made.headers.get("Upload-Offset") == str(len(data)):
        return
    reply = kit.http.patch(
        kit.url + made.headers["Location"],
        data=data,
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": OCTETS},
        timeout=20,
    )
    assert reply.status_code == 204, reply.text
