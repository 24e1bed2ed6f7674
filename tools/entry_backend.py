"""The bundle's `fieldkit-backend` executable."""

import sys

from backend.cli import main

sys.exit(main())
