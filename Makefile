# The commands that stay. `make` lists them.
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup run test lint soak bench bench-setup screenshots bundle pins clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup: ## system packages, .venv; does nothing the second time
	@tools/setup.sh

run: setup ## open the kit with the demo county; without a display, one unattended visit into out/demo
	@tools/run.sh

test: setup lint ## lint, types, import contracts, tests
	@tools/test.sh

lint: setup ## ruff, mypy (linux and win32), import contracts
	@tools/lint.sh

soak: setup ## long and random runs
	$(PY) -m pytest -m soak -n 2 --timeout 3600

bench: setup ## make bench NAME=…: ratios to a limit or a peer in the same run
	$(PY) -m tests.bench $(NAME)

screenshots: setup ## every page as a picture, into docs/screenshots
	@tools/screenshots.sh

bundle: setup ## the installable program, into dist/fieldkit
	.venv/bin/pyinstaller --noconfirm --log-level WARN build.spec

pins: setup ## compile requirements/*.in into pinned files with hashes
	@for f in bootstrap run dev; do .venv/bin/uv pip compile -q --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --universal --override requirements/overrides.txt requirements/$$f.in -o requirements/$$f.txt; done

clean: ## remove what can be made again
	rm -rf .venv build dist out
