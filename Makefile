# xen-support: `make draft` and `make test` need Python 3.11 or later, git and make, and nothing else.
# `make test-all` also compares with real programs; CONTRIBUTING.md lists their packages.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help draft test test-all lint bench samples picture zipapp manual check-python clean

help:
	@echo "make draft   SUPPORT files of the sample workbook in drafts/"
	@echo "make test    the tests, in about two minutes"
	@echo "make test-all  all of them: browsers, pandoc, kills, mails, ten times as many random cases"
	@echo "make lint    ruff and mypy"
	@echo "make bench   timings, as ratios to the bare interpreter"
	@echo "make samples rebuild samples/*.xlsx from their text"
	@echo "make picture redraw samples/features.png, which README.md shows"
	@echo "make zipapp  dist/xen-support-lint.pyz: one file with all that needs no workbook (lint, diff, release, xsa ...)"
	@echo "make manual  build/man: man pages and bash completion"
	@echo "make clean   remove what make made, but not drafts/"

check-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "make: $(PYTHON) is missing or older than Python 3.11; name another one with PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "make: $(PYTHON) cannot make virtual environments; try: apt-get install python3-venv" >&2; exit 2; }

$(BIN)/python: | check-python
	@$(PYTHON) -m venv $(VENV)

# the stamps: what is installed follows pyproject.toml
$(VENV)/installed: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c .ci/constraints.txt

$(VENV)/installed-test: pyproject.toml .ci/constraints.txt | $(BIN)/python
	@$(PIP) -e '.[google,login,wiki,test]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-dev: pyproject.toml .ci/constraints.txt | $(BIN)/python
	@$(PIP) -e '.[google,login,wiki,dev]'
	@touch $@ $(VENV)/installed-test $(VENV)/installed

draft: $(VENV)/installed
	@$(BIN)/xen-support draft samples/categorisation.xlsx -o drafts

test: $(VENV)/installed-test
	@$(BIN)/python -m pytest -n auto -m "not slow" $(PYTEST_ARGS)

test-all: $(VENV)/installed-dev
	@XEN_SUPPORT_TESTS=all $(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

lint: $(VENV)/installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/installed-dev
	@for bench in tests/bench/bench_*.py; do PYTHONPATH=. $(BIN)/python $$bench || exit 1; done

samples: $(VENV)/installed
	@$(BIN)/python samples/make.py

picture: $(VENV)/installed-dev
	@$(BIN)/python samples/picture.py

zipapp: $(VENV)/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[http]'
	@$(BIN)/python -m convert.packaging.zipapp dist/xen-support-lint.pyz

manual: $(VENV)/installed
	@$(BIN)/python -m convert.packaging.manual build/man

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
