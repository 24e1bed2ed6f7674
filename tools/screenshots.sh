#!/usr/bin/env bash
# Every page as a picture, into docs/screenshots; draws without a display.
set -euo pipefail
cd "$(dirname "$0")/.."
export QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
.venv/bin/python -m tests.ui.screenshots --out docs/screenshots "$@"
echo "pictures: docs/screenshots"
