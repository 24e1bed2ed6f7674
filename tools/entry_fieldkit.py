"""The bundle's `fieldkit` executable."""

import sys

from ui.commands import main

sys.exit(main())
