"""The one door to python-escpos, whose import does more than it should."""

from __future__ import annotations

import logging
import shutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from escpos.printer import Network


@cache
def network() -> type[Network]:
    """Return python-escpos's network printer; the first call imports the library (0.2 s).

    WORKAROUND python-escpos 3.1: its import leaves a folder in the system's temporary one at every run and puts a
    handler on the root logger.
    """
    handlers = list(logging.root.handlers)
    from escpos import capabilities
    from escpos.printer import Network

    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    for handler in logging.root.handlers[:]:
        if handler not in handlers:
            logging.root.removeHandler(handler)
    printer: type[Network] = Network
    return printer
