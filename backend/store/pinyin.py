"""Pinyin of enterprise names, computed once when the backend writes (90 µs a name) and shipped to every kit."""

from __future__ import annotations

import msgspec

from fieldkit.model.enterprise import Enterprise


def with_pinyin(enterprise: Enterprise) -> Enterprise:
    """Return `enterprise` with `pinyin` (syllables parted by spaces) and `initials` of its name, lower case."""
    from pypinyin import Style, lazy_pinyin  # its dictionaries take half a second: not before a name is written

    syllables = lazy_pinyin(enterprise.name)
    first = lazy_pinyin(enterprise.name, style=Style.FIRST_LETTER)
    return msgspec.structs.replace(
        enterprise, pinyin=" ".join(syllables).lower(), initials="".join(first).replace(" ", "").lower()
    )
