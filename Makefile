# Two commands do all set-up on a machine with Python 3.11 or newer and make: `make demo` and `make test`.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test fixtures screenshots lint types bench wheel clean

help:
	@echo "make demo      set up, check the posts in fixtures/ and show the findings"
	@echo "make test      set up, run all tests"
	@echo "make fixtures  write the expected reports of the fixtures anew"
	@echo "make screenshots  take the pictures in docs/ anew (needs Chromium)"
	@echo "make lint      ruff: style and format"
	@echo "make types     mypy --strict"
	@echo "make bench     how fast checks are, beside other tools; BENCH=--quick takes two minutes, not an hour"
	@echo "make wheel     build the distribution into dist/"
	@echo "make clean     remove the environment and what tools left behind"

$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "disclosure-check needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.installed: pyproject.toml hatch_build.py $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml hatch_build.py $(BIN)/python
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed
	$(BIN)/disclosure-check check fixtures --fail-on never --statistics

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest

fixtures: $(VENV)/.installed-dev
	$(BIN)/python fixtures/update.py

screenshots: $(VENV)/.installed-dev
	$(BIN)/python docs/screenshots.py

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.installed-dev
	$(BIN)/mypy

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/compare.py $(BENCH)
	$(BIN)/python benchmarks/claims.py
	$(BIN)/python benchmarks/sarif.py
	$(BIN)/python benchmarks/html_report.py

wheel: $(VENV)/.installed-dev
	$(PIP) build
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
