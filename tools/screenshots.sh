#!/usr/bin/env bash
# Every page as a picture, into docs/screenshots: the pages one by one, then one visit through its six steps.
set -euo pipefail
cd "$(dirname "$0")/.."
QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen} .venv/bin/python -m tests.ui.screenshots --out docs/screenshots "$@"
[ $# -gt 0 ] && exit 0
case=$(mktemp -d)
trap 'rm -rf "$case"' EXIT
FIELDKIT_HOME=$case/kit .venv/bin/fieldkit init --demo >/dev/null
QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 1366x768x24" .venv/bin/python -m tests.e2e.window "$case/kit" docs/screenshots
echo "pictures: docs/screenshots"
