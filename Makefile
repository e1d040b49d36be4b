# Balai. `make help` lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup run chat test lint bench catalogues clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## Install what Balai needs and build its finder; then .venv/bin/balai works

run: $(READY)  ## Start everything on this machine and print the address to open
	@$(BIN)/balai serve

chat: $(READY)  ## Talk to Balai in the terminal
	@$(BIN)/balai chat

test: $(DEV)  ## Run the whole suite, on SQLite and PostgreSQL, with the browser tests
	@$(BIN)/python tests/browser/chromium.py
	@$(BIN)/pytest -n 2 --dist loadgroup

lint: $(DEV)  ## Style, types, catalogues, guidance
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m processes.catalogues check
	@$(BIN)/balai content check

bench: $(DEV)  ## Measure, each figure beside its baseline
	@$(BIN)/python -m bench

catalogues: $(DEV)  ## Extract what the code says into locales/*.pot
	@$(BIN)/python -m processes.catalogues extract

clean:  ## Remove the virtual environment and what was cached; the data under var/ stay
	rm -rf $(VENV) var/finder .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 2; }
	@$(PYTHON) -m venv $(VENV)

# A constraints file pins every version; the project itself is installed in a second step.
$(READY): pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing …"
	@$(BIN)/pip install -q -c constraints.txt "setuptools>=77"
	@$(BIN)/pip install -q --no-build-isolation -c constraints.txt -e .
	@$(BIN)/python -m processes.building ready
	@touch $@

$(DEV): $(READY)
	@$(BIN)/pip install -q --no-build-isolation -c constraints.txt -e '.[dev]'
	@touch $@
