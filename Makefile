# Balai. `make help` lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --allow-unsafe
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup run chat test lint security audit locks bench catalogues clean

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

security: $(DEV)  ## Look for unsafe code and for secrets that were committed; write the bill of materials to var/sbom.json
	@$(BIN)/bandit -q -ll -c pyproject.toml -r admin bot centre content processes webhooks
	@git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --no-verify --baseline .secrets.baseline
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o var/sbom.json requirements.txt

audit: $(DEV)  ## Ask the public list of known holes about every library; needs the internet
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements-dev.txt

locks: $(DEV)  ## Write requirements*.txt anew from pyproject.toml; versions that still fit stay
	@$(BIN)/uv pip compile $(LOCK) -o requirements.txt
	@$(BIN)/uv pip compile $(LOCK) --extra dev -c requirements.txt -o requirements-dev.txt

bench: $(DEV)  ## Measure, each figure beside its baseline
	@$(BIN)/python -m bench

catalogues: $(DEV)  ## Extract what the code says into locales/*.pot
	@$(BIN)/python -m processes.catalogues extract

clean:  ## Remove the virtual environment and what was cached; the data under var/ stay
	rm -rf $(VENV) var/finder .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 2; }
	@$(PYTHON) -m venv $(VENV)

# requirements*.txt hold every version with its hashes: what does not match is not installed. The project comes after them.
$(READY): pyproject.toml requirements.txt | $(VENV)/bin/python
	@echo "Installing …"
	@$(BIN)/pip install -q --require-hashes -r requirements.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m processes.building ready
	@touch $@

$(DEV): $(READY) requirements-dev.txt
	@$(BIN)/pip install -q --require-hashes -r requirements-dev.txt
	@touch $@
