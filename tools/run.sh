#!/usr/bin/env bash
# The kit with the demo county; without a display, one unattended visit.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  echo "No display: running one unattended visit into out/demo instead (fieldkit demo --out out/demo)."
  exec .venv/bin/fieldkit demo --out out/demo
fi
export FIELDKIT_HOME=${FIELDKIT_HOME:-$PWD/out/kit}
[ -f "$FIELDKIT_HOME/keys.json" ] || .venv/bin/fieldkit init --demo
exec .venv/bin/fieldkit
