.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.ready-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
export PYTHONUTF8 := 1

.PHONY: help grade demo test test-slow lint check audit fuzz bench stubs clean

help:  ## Show this menu.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed. Say which one to use: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV) (once; this downloads PyTorch and takes some minutes) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -e .
	@touch $@

$(DEV_READY): $(READY)
	@$(PIP) -e '.[dev]'
	@touch $@

grade: $(READY)  ## Grade: all assignments as they stand, or A=05-logistic [SUBMISSION=path] [L=ko].
	@$(BIN)/autograder grade $(A) $(if $(SUBMISSION),--submission "$(SUBMISSION)") $(if $(L),--lang $(L))

demo: $(READY)  ## Grade a small synthetic class and print its table.
	@$(BIN)/autograder batch 05-logistic examples/class --official --out report/demo

test: $(DEV_READY)  ## The framework's own tests.
	@$(BIN)/python -m pytest -q -n 2 -m "not slow and not gpu"

test-slow: $(DEV_READY)  ## The slow tests (minutes), and those for a GPU where there is one.
	@$(BIN)/python -m pytest -q -n 2 -m "slow or gpu"

lint: $(DEV_READY)  ## Style and types; rewrites nothing.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check: lint  ## Lint, then all tests (stale generated files among them) and the audit; rewrites nothing.
	@$(BIN)/python -m pytest -q
	@$(BIN)/autograder audit

audit: $(DEV_READY)  ## Check the cases of all assignments, or of A=05-logistic: right answers pass, wrong ones are caught.
	@$(BIN)/autograder audit $(A)

fuzz: $(DEV_READY)  ## A million mutated frames against what reads a worker's answers.
	@OMP_NUM_THREADS=1 $(BIN)/python tests/fuzz_wire.py $(if $(SEED),--seed $(SEED))

bench: $(READY)  ## Benchmark start-up, grading, the sandbox and reports (docs/reference/performance.md).
	@$(BIN)/python benchmarks/startup.py
	@$(BIN)/python benchmarks/batch_vs_fresh.py
	@$(BIN)/python benchmarks/layers.py
	@$(BIN)/python benchmarks/calls.py
	@$(BIN)/python benchmarks/reports.py

stubs: $(READY)  ## Generate the stubs in assignments/ from solutions/.
	@$(BIN)/python -m autograder.course.stubs

clean:  ## Remove reports and caches, not .venv.
	@rm -rf report build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
