"""The record check (笔录体检): rules as data, each with its source, asked of one record at one stage."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from typing import Literal

import msgspec

from fieldkit.errors import BugError
from fieldkit.instruments import forms
from fieldkit.instruments.laws import Citation, law_book
from fieldkit.instruments.rules import TESTS, CheckContext, Facts
from fieldkit.model.record import Record
from fieldkit.resource import resource

__all__ = ["CheckContext", "CheckReport", "Rule", "RuleResult", "Stage", "check", "rules_of"]

Stage = Literal["print", "done"]
RuleState = Literal["met", "missed", "not-applicable"]


class Words(msgspec.Struct, frozen=True):
    """A sentence in both languages, with places for details."""

    zh: str
    en: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of `resources/forms/<guide>/rules/<form>.toml`."""

    id: str
    test: str
    stages: tuple[Stage, ...]
    kinds: tuple[Literal["block", "veto", "score", "hint"], ...]
    title: Words
    missed: Words
    cite: tuple[Citation, ...] = ()
    source: str = ""
    points: float = 0
    field: str | None = None
    fields: tuple[str, ...] = ()


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one form, with the days they are in force."""

    version: str
    valid_from: date
    valid_to: date | None = None
    rules: tuple[Rule, ...]


class RuleResult(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's answer. `field` is the field to jump to; `message` says what is missing, or the rule's title."""

    id: str
    state: RuleState
    points: float
    source: str
    field: str | None
    message: str
    message_en: str
    kinds: tuple[str, ...]


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer: points reached of the applicable ones, and the ids of what forbids and what voids."""

    score: float
    out_of: float
    blocks: tuple[str, ...]
    vetoes: tuple[str, ...]
    rules: tuple[RuleResult, ...]

    @property
    def blocked(self) -> bool:
        """Whether the stage is forbidden."""
        return bool(self.blocks)


def check(record: Record, context: CheckContext, stage: Stage) -> CheckReport:
    """Ask every rule of the record's form.

    Rules that only a later stage can answer are "not-applicable" and count in no total.

    Raises:
        UnknownForm: the record's form is not installed.
    """
    facts = Facts(form=forms.load(record.form), record=record, context=context)
    rules = rules_of(record.form.guide, record.form.form)
    results = tuple(_ask(rule, facts, stage) for rule in rules)
    missed = {result.id for result in results if result.state == "missed"}
    scored = [result for result in results if "score" in result.kinds and result.state != "not-applicable"]
    return CheckReport(
        score=sum(result.points for result in scored if result.state == "met"),
        out_of=sum(result.points for result in scored),
        blocks=tuple(rule.id for rule in rules if "block" in rule.kinds and rule.id in missed),
        vetoes=tuple(rule.id for rule in rules if "veto" in rule.kinds and rule.id in missed),
        rules=results,
    )


@cache
def rules_of(guide: str, form: str) -> tuple[Rule, ...]:
    """Return the rules of a form."""
    text = resource("forms", guide, "rules", f"{form}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), RuleSet).rules


def _ask(rule: Rule, facts: Facts, stage: Stage) -> RuleResult:
    test = TESTS.get(rule.test)
    if test is None:
        raise BugError(f"rule {rule.id} names no test: {rule.test!r}")
    outcome = test(facts, rule.fields) if stage in rule.stages else None
    state: RuleState = "not-applicable"
    if outcome is not None:
        state = "met" if outcome.met else "missed"
    details = outcome.details if outcome is not None else {}
    missed = state == "missed"
    return RuleResult(
        id=rule.id,
        state=state,
        points=rule.points,
        source="；".join(part for part in (law_book().words(rule.cite, facts.visit_day()), rule.source) if part),
        field=(outcome.field if outcome is not None and outcome.field else rule.field),
        message=rule.missed.zh.format(**details) if missed else rule.title.zh,
        message_en=rule.missed.en.format(**details) if missed else rule.title.en,
        kinds=rule.kinds,
    )
