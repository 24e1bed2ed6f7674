#!/usr/bin/env bash
# Lint, types on both platforms, import contracts.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy --cache-dir .mypy_cache/linux
.venv/bin/mypy --platform win32 --cache-dir .mypy_cache/win32
.venv/bin/lint-imports
