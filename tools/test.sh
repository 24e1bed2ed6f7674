#!/usr/bin/env bash
# All tests but the soak, on two workers; the window's tests draw on a virtual screen.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$(date +%s)
export QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
status=0
.venv/bin/python -m pytest -m "not soak" -n 2 --dist loadgroup "$@" || status=$?
echo "tests: $(( $(date +%s) - started )) s"
exit $status
