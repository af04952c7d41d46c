# Every target makes the environment that it needs in .venv, once; change VENV or PYTHON to use others.
PYTHON ?= python3
VENV ?= .venv
PARITY ?=
LIVE ?=
BROWSER ?=
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup experiments test quick conformance lint bench clean

help:
	@echo "make experiments   train the networks of the notes, write results/index.html"
	@echo "make test          run all tests (PARITY=1 also installs PyTorch and compares with it)"
	@echo "                   (LIVE=1 also installs TensorBoard, visdom and what runs notebooks, and tests with them)"
	@echo "                   (BROWSER=1 also tests the report in Chromium, where that is installed)"
	@echo "make quick         run the quickest of the tests"
	@echo "make conformance   drive PyTorch's own tables of modules, optimizers and ops; write results/conformance.md"
	@echo "make bench         time jnet's training steps against hand-written ones and PyTorch, where installed"
	@echo "make lint          ruff and pyright"
	@echo "make setup         only make the environment"
	@echo "make clean         remove the environment and the results"

# A stamp a set of packages: made anew when pyproject.toml changes.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "jnet needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.%: $(BIN)/python pyproject.toml
	@echo "Installing jnet[$*] into $(VENV) (a minute or two, the first time) ..."
	$(PIP) --editable ".[$*]"
	@touch $@

# visdom's build asks for a part of setuptools that newer ones no longer have.
$(VENV)/.live: $(BIN)/python pyproject.toml
	@echo "Installing jnet[live,notebook] into $(VENV) ..."
	$(PIP) "setuptools<81"
	$(PIP) --no-build-isolation visdom
	$(PIP) --editable ".[live,notebook]"
	@touch $@

# The `test` extra holds all that the experiments need, so one install serves both.
setup: $(VENV)/.test

experiments: $(VENV)/.experiments
	$(BIN)/python -m experiments

test: $(VENV)/.test $(if $(PARITY),$(VENV)/.parity) $(if $(LIVE),$(VENV)/.live) $(if $(BROWSER),$(VENV)/.browser)
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal

quick: $(VENV)/.test
	$(BIN)/python -m pytest -m smoke

conformance: $(VENV)/.test $(VENV)/.parity
	PYTHONPATH=tests $(BIN)/python -m conformance

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

bench: $(VENV)/.experiments
	$(BIN)/python -m experiments.bench

clean:
	rm -rf $(VENV) results build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
