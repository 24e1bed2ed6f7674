from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fieldkit.instruments.geometry import BODY
from fieldkit.instruments.strips import CONTINUED_MM, Rule, Strip, Text, paginate

STRIPS = st.lists(st.tuples(st.floats(0.5, 60), st.booleans()), max_size=60)


def numbered(shapes: list[tuple[float, bool]]) -> list[Strip]:
    return [Strip(height, (Text(0, height, str(i), 10),), keep) for i, (height, keep) in enumerate(shapes)]


@given(STRIPS)
def test_every_strip_is_placed_once_in_order_and_on_the_page(shapes: list[tuple[float, bool]]) -> None:
    pages = paginate(numbered(shapes))
    texts = [item for page in pages for item in page.items if isinstance(item, Text)]
    assert [text.text for text in texts] == [str(i) for i in range(len(shapes))]
    assert all(item.y <= BODY.bottom + 1e-6 for item in texts)
    assert pages[0].top == BODY.y
    assert all(page.top == BODY.y + CONTINUED_MM for page in pages[1:])


def test_a_kept_strip_goes_with_the_next() -> None:
    strips = numbered([(150, False), (20, True), (30, False)])
    assert [len(page.items) for page in paginate(strips)] == [1, 2]


def test_a_chain_longer_than_a_page_is_cut() -> None:
    pages = paginate(numbered([(50, True)] * 8))
    assert [len(page.items) for page in pages] == [3, 3, 2]


def test_rules_move_with_their_strip() -> None:
    (page,) = paginate([Strip(10), Strip(10, (Rule(0, 0, 5, 10),))])
    (rule,) = page.items
    assert isinstance(rule, Rule)
    assert (rule.y1, rule.y2) == (BODY.y + 10, BODY.y + 20)
