#!/usr/bin/env bash
# What `make run` and `make test` do first: system packages, .venv, the program itself. Does nothing the second time.
set -euo pipefail
cd "$(dirname "$0")/.."
stamp=.venv/.setup-$(cat requirements/apt.txt requirements/bootstrap.txt requirements/dev.txt pyproject.toml tools/setup.sh | sha256sum | cut -c1-16)
[ -f "$stamp" ] && exit 0
started=$(date +%s)

if command -v apt-get >/dev/null; then
  mapfile -t wanted < <(sed 's/#.*//; s/[[:space:]]//g; /^$/d' requirements/apt.txt)
  missing=()
  for package in "${wanted[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    root=(); [ "$(id -u)" = 0 ] || root=(sudo)
    echo "setup: installing ${missing[*]}"
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
fi

[ -x .venv/bin/python ] || python3 -m venv .venv
rm -f .venv/.setup-*
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
.venv/bin/uv pip sync -q --require-hashes --python .venv/bin/python requirements/dev.txt requirements/bootstrap.txt
.venv/bin/uv pip install -q --no-deps --no-build-isolation --python .venv/bin/python -e .
mkdir -p .venv/share/fonts
hanazono=/usr/share/fonts/truetype/hanazono/HanaMinB.ttf
[ -f "$hanazono" ] && cp -u "$hanazono" .venv/share/fonts/HanaMinB.ttf
touch "$stamp"
echo "setup: $(( $(date +%s) - started )) s"
