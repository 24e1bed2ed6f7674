from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.emulators.walk import epoch
from devices.positioning.sentences import Sentences
from fieldkit.model.evidence import Fix

AT = datetime(2026, 6, 11, 2, 5, 7, 250000, tzinfo=UTC)
PLACE = (120.9398, 30.5262)
RMC = "GNRMC,020507.25,A,3031.57200,N,12056.38800,E,2.7,84.4,110626,,,A"
GGA = "GNGGA,020507.25,3031.57200,N,12056.38800,E,1,11,0.90,6.1,M,9.8,M,,"


def line(sentence: str, end: str = "\r\n") -> bytes:
    check = reduce(lambda total, byte: total ^ byte, sentence.encode(), 0)
    return f"${sentence}*{check:02X}{end}".encode()


def fixes(*pieces: bytes) -> list[Fix]:
    sentences = Sentences()
    return [fix for piece in pieces for fix in sentences.hear(piece).fixes]


def test_one_moment_of_the_emulator_is_one_fix() -> None:
    (fix,) = fixes(epoch(AT, PLACE, fixed=True))
    assert fix.at == AT
    assert (fix.lon, fix.lat) == pytest.approx(PLACE, abs=2e-7)
    assert fix.hdop == 0.9


@given(st.lists(st.integers(1, 40), max_size=20), st.sampled_from(["\r\n", "\n", "\r"]), st.booleans())
def test_a_fix_does_not_depend_on_how_the_bytes_come(cuts: list[int], end: str, swapped: bool) -> None:
    pair = (line(RMC, end), line(GGA, end)) if swapped else (line(GGA, end), line(RMC, end))
    stream = b"".join(pair)
    pieces, start = [], 0
    for cut in cuts:
        pieces.append(stream[start : start + cut])
        start += cut
    (fix,) = fixes(*pieces, stream[start:])
    assert (fix.at, fix.hdop) == (AT, 0.9)


@pytest.mark.parametrize(
    ("rmc", "gga"),
    [
        (RMC, GGA.replace(",E,1,", ",E,0,")),
        (RMC, GGA.replace(",E,1,", ",E,6,")),
        (RMC, GGA.replace(",E,1,", ",E,8,")),
        (RMC.replace(",A,30", ",V,30"), GGA),
        (RMC[:-1] + "E", GGA),
        (RMC[:-1] + "N", GGA),
        (RMC.replace("3031.57200,N,12056.38800,E", ",,,"), GGA),
        (RMC.replace("3031.57200", "0000.00000").replace("12056.38800", "00000.00000"), GGA),
        (RMC.replace("110626", ""), GGA),
        (RMC.replace("3031.57200", "9931.57200"), GGA),
        (RMC, GGA.replace("020507.25", "020508.25")),
    ],
    ids=["no-fix", "dead-reckoning", "simulated", "void", "estimated", "mode-none", "empty", "zero", "no-date",
         "off-the-earth", "another-moment"],
)  # fmt: skip
def test_what_is_not_a_measured_position_is_no_fix(rmc: str, gga: str) -> None:
    assert fixes(line(gga), line(rmc)) == []
    assert fixes(line(rmc), line(gga)) == []


def test_a_wrong_or_missing_checksum_is_no_fix() -> None:
    good = line(RMC) + line(GGA)
    assert len(fixes(good)) == 1
    assert fixes(good.replace(b"12056.388", b"12156.388")) == []
    assert fixes(good.replace(b"*", b"")) == []


def test_the_satellites_time_is_heard_and_a_rolled_over_date_is_not() -> None:
    heard = Sentences().hear(line(RMC))
    assert (heard.time, heard.wrong_time) == (AT, None)
    heard = Sentences().hear(line(GGA) + line(RMC.replace("110626", "251006")))
    assert heard.time is None
    assert heard.fixes == ()
    assert heard.wrong_time == datetime(2006, 10, 25, 2, 5, 7, 250000, tzinfo=UTC)


def test_a_receiver_without_gga_is_believed_by_its_rmc_alone() -> None:
    found = fixes(*(line(RMC.replace("020507.25", f"0205{second:02d}.00")) for second in range(10)))
    assert len(found) >= 6
    assert {fix.hdop for fix in found} == {None}
    assert [fix.at for fix in found] == sorted({fix.at for fix in found})


def test_south_and_west_are_negative() -> None:
    (fix,) = fixes(epoch(AT, (-70.5, -33.25), fixed=True))
    assert (fix.lon, fix.lat) == pytest.approx((-70.5, -33.25))


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_noise_makes_no_fix_and_does_not_hide_the_next_one(noise: list[bytes]) -> None:
    sentences = Sentences()
    for piece in noise:
        assert sentences.hear(piece).fixes == ()
    found = sentences.hear(b"\r\n" + epoch(AT, PLACE, fixed=True)).fixes
    assert len(found) == 1


@given(st.lists(st.sampled_from(["A", "V", "", "N", "S", "E", "W", "1", "9", "-1", "3031.5", "1e9", "nan", "110626"])))
def test_well_framed_nonsense_is_no_fix(fields: list[str]) -> None:
    body = ",".join(fields)
    assert fixes(line(f"GPGGA,{body}"), line(f"GPRMC,{body}"), line(f"GPGGA,{body}")) == []


def test_a_stream_without_line_ends_is_not_hoarded() -> None:
    sentences = Sentences()
    for _ in range(200):
        sentences.hear(b"x" * 4096)
    assert len(sentences._buffer) <= 1024


def test_a_track_of_a_minute_keeps_its_order() -> None:
    found = fixes(*(epoch(AT + timedelta(seconds=n), PLACE, fixed=True) for n in range(60)))
    assert [fix.at for fix in found] == [AT + timedelta(seconds=n) for n in range(60)]
