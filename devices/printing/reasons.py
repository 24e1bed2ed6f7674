"""What a printer's state reasons mean for the officer (RFC 8011 5.4.12, PWG 5100.9): words, and who must act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fieldkit.errors import BugError, sentence

_SEVERITIES = ("-report", "-warning", "-error")
_PAPER = ("media-empty", "media-needed")
_HAND_WITHOUT_SEVERITY = frozenset(
    {"media-jam", "cover-open", "door-open", "input-tray-missing", "output-area-full", "toner-empty", "paused",
     "marker-supply-empty", "spool-area-full"}
)  # fmt: skip
_SAYS_NOTHING = frozenset(
    {"none", "", "job-printing", "job-incoming", "job-spooling", "job-queued", "job-data-insufficient",
     "job-completed-successfully", "processing-to-stop-point", "moving-to-paused", "printer-stopped"}
)  # fmt: skip


def is_paper_out(reasons: Iterable[str]) -> bool:
    """Tell whether paper is missing, whatever severity the printer gives it (FINDINGS: match the prefix)."""
    return any(reason.startswith(_PAPER) for reason in reasons)


def needing_hand(reasons: Iterable[str]) -> tuple[str, ...]:
    """Return those reasons that a person must see to: every error, paper, and what stops a printer by its nature."""
    return tuple(
        reason
        for reason in reasons
        if reason not in _SAYS_NOTHING
        and (reason.endswith("-error") or reason.startswith(_PAPER) or _stem(reason) in _HAND_WITHOUT_SEVERITY)
        and not (reason.endswith("-report") and not reason.startswith(_PAPER))
    )


def in_words(reasons: Sequence[str]) -> tuple[str, str]:
    """Return the reasons in Chinese and in English, each once, in order; empty where they say nothing."""
    said = [_sentence(reason) for reason in reasons if reason not in _SAYS_NOTHING]
    unique = list(dict.fromkeys(said))
    return "；".join(zh for zh, _ in unique), "; ".join(en for _, en in unique)


def _sentence(reason: str) -> tuple[str, str]:
    try:
        return sentence(f"reason.{_stem(reason)}")
    except BugError:
        return sentence("reason.other", reason=reason)


def _stem(reason: str) -> str:
    for severity in _SEVERITIES:
        if reason.endswith(severity):
            return reason[: -len(severity)]
    return reason
