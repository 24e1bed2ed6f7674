from __future__ import annotations

from fieldkit.instruments import checklists
from fieldkit.instruments.laws import law_book


def test_the_general_checklist_serves_every_industry() -> None:
    for industry in ("C3482", "N7724", ""):
        assert checklists.for_industry(industry).id == "general"


def test_items_are_named_once_and_cite_known_laws() -> None:
    for checklist in checklists.all_checklists():
        items = [item for theme in checklist.themes for item in theme.items]
        assert 10 <= len(items) <= 20
        assert len({item.id for item in items}) == len(items)
        assert all(item.look and item.label and item.finding for item in items)
        assert all(citation.law in law_book().laws for item in items for citation in item.cite)
        assert checklist.item(items[0].id) == items[0]
        assert checklist.item("nothing") is None
