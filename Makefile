.DEFAULT_GOAL := help
PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TORCH_READY := $(VENV)/.ready-torch
DEV_READY := $(VENV)/.ready-dev
OLDEST := $(VENV)/oldest-pytest
FRESH := $(VENV)/fresh
PIP := python -m pip install --quiet --disable-pip-version-check
# A test that hangs ends its worker and is named, with the place of every thread, instead of holding up the whole run.
# The longest one takes 100 seconds on two quiet cores.
PYTEST := $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -o faulthandler_timeout=1200 \
  -o faulthandler_exit_on_timeout=true
WORKFLOWS := .github/workflows/*.yml templates/release/github/*.yml
SCHEMA := $(BIN)/check-jsonschema --quiet --builtin-schema
export PYTHONUTF8 := 1
# The two variables also reach the isolated build of this package, which -c does not.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
# The tests start hundreds of processes; without bytecode files each would compile the package again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help grade grade-variables demo test test-slow test-oldest lint check check-all audit fuzz bench docs stubs hints figures release dist constraints clean

help:  ## Show this menu.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed. Name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/$(PIP) -e '.[batch]'
	@touch $@

$(TORCH_READY): $(READY)
	@echo "Installing PyTorch (once; this downloads much and takes some minutes) ..."
	@$(if $(TORCH_INDEX),PIP_INDEX_URL="$(TORCH_INDEX)" $(BIN)/$(PIP) torch torchvision)
	@$(BIN)/$(PIP) -e '.[batch,torch]'
	@touch $@

$(DEV_READY): $(TORCH_READY)
	@$(BIN)/$(PIP) -e '.[batch,torch,dev]'
	@touch $@

# Without torch, which the tests of the plug-in do not need: the environment is built in seconds.
$(OLDEST)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -m venv --clear $(OLDEST)
	@grep -v '^pytest==' constraints.txt > $(OLDEST)/constraints.txt
	@sed -n '/^dependencies/,/^]/s/^ *"\(.*\)",/\1/p' pyproject.toml | grep -v '^torch' | sed 's/^pytest>=/pytest==/' \
	  > $(OLDEST)/requirements.txt
	@PIP_CONSTRAINT=$(OLDEST)/constraints.txt $(OLDEST)/bin/$(PIP) -r $(OLDEST)/requirements.txt hypothesis
	@$(OLDEST)/bin/$(PIP) --no-deps -e .
	@touch $@

# Half of the assignments need numpy only: make grade A=... of one of these does not install PyTorch.
needs_torch = $(if $(A),$(shell grep -ls '^allowed_imports.*torch' assignments/$(A)*/assignment.toml \
  assignments/0$(A)-*/assignment.toml),yes)

# The variables of the command line that make grade does not know, so that a misspelt one is not ignored.
GRADE_VARIABLES := A T SUBMISSION L PYTHON JOBS VENV BIN TORCH_INDEX SHELL MAKEFLAGS
unknown = $(filter-out $(GRADE_VARIABLES),$(foreach name,$(.VARIABLES),$(if \
  $(filter command,$(firstword $(origin $(name)))),$(name))))

grade-variables:
	@test -z "$(unknown)" || { echo "make grade does not know $(unknown). Its variables are A, T, SUBMISSION and L," \
	  "for example make grade A=5 T=bce."; exit 2; }

grade: grade-variables $(if $(needs_torch),$(TORCH_READY),$(READY))  ## Grade all assignments, or one: A=5 [T=bce] [SUBMISSION=path] [L=ko].
	@$(BIN)/autograder grade $(A) $(if $(T),--task "$(T)") \
	  $(if $(SUBMISSION),--submission "$(SUBMISSION)") $(if $(L),--lang "$(L)")

demo: $(READY)  ## Grade a small synthetic class and print its table.
	@$(BIN)/autograder batch 05-logistic examples/class --out report/demo --store sqlite:///report/demo-store/store.sqlite || test $$? = 5

test: $(DEV_READY)  ## Run the quick tests (about 3 minutes on two cores).
	@$(PYTEST) -m "not slow and not long and not gpu"

test-slow: $(DEV_READY)  ## Run the slow tests that make check adds, and the GPU tests if there is a GPU.
	@$(PYTEST) -m "slow or gpu"

test-oldest: $(OLDEST)/.ready  ## Run the tests of the pytest plug-in on the oldest supported pytest.
	@$(OLDEST)/bin/python -m pytest -q -p no:cacheprovider tests/test_pytest_plugin.py tests/test_plain_pytest.py

lint: $(DEV_READY)  ## Check style, types, CI workflows, issue forms and CITATION.cff; rewrite nothing.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(SCHEMA) vendor.github-workflows $(WORKFLOWS)
	@$(SCHEMA) vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	@$(SCHEMA) vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	@$(SCHEMA) vendor.citation-file-format CITATION.cff
	@$(BIN)/zizmor --quiet --offline $(WORKFLOWS)

check: lint test-oldest  ## Run everything that CI runs; rewrite nothing.
	@$(PYTEST)
	@$(BIN)/python tests/audits.py --processes $(JOBS)

check-all: lint test-oldest  ## Before a release: check with the long forms, audit everything, write tests/audited.json.
	@$(PYTEST) -m ""
	@$(BIN)/python tests/audits.py --all --processes $(JOBS)

release: $(TORCH_READY)  ## Make a student repository: TO=folder [A="05-logistic ..."].
	@$(BIN)/autograder release $(A) --to "$(TO)"

dist: $(DEV_READY)  ## Build the framework's own wheel, source archive and SHA256SUMS from the tag of its version.
	@$(BIN)/python .ci/dist.py

audit: $(DEV_READY)  ## Test the cases of all assignments, or of one: A=05-logistic.
	@$(BIN)/autograder audit $(A)

fuzz: $(DEV_READY)  ## Fuzz the frame decoder with a million mutated frames.
	@OMP_NUM_THREADS=1 $(BIN)/python tests/fuzz_wire.py $(if $(SEED),--seed $(SEED))

bench: $(DEV_READY)  ## Run the benchmarks, or some (B="regrade peers"), and write benchmarks/RESULTS.md.
	@$(BIN)/python benchmarks/results.py $(B)

docs: $(DEV_READY)  ## Generate the reference of the commands and test all pages.
	@$(BIN)/python docs/reference/make_reference.py
	@$(PYTEST) tests/test_docs.py

stubs: $(READY)  ## Generate the stubs in assignments/ from solutions/, or those of one: A=05-logistic.
	@$(BIN)/autograder stubs $(A)

hints: $(READY)  ## Seal the hints of known mistakes for students, in assignments/; one: A=05-logistic.
	@$(BIN)/autograder hints $(A)

figures: $(TORCH_READY)  ## Draw the figures of the hand-outs from the solutions.
	@$(BIN)/python docs/reference/make_figures.py

# Of the packages that not every system installs, appnope is for macOS, colorama for Windows, and setuptools for Python
# 3.12 and newer.
# PyTorch is held: its version changes only by hand. What it alone requires on some systems, it pins itself.
constraints:  ## Pin the current release of every required package in constraints.txt; needs Python 3.11.
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "Pins must suit the oldest supported Python: make PYTHON=python3.11 constraints"; exit 1; }
	@$(PYTHON) -m venv --clear $(FRESH)
	@grep '^torch' constraints.txt > $(FRESH)/held.txt
	@PIP_CONSTRAINT=$(FRESH)/held.txt $(FRESH)/bin/$(PIP) -e '.[dev,torch]' appnope colorama editables hatchling setuptools
	@echo "# Written by make constraints." > $(FRESH)/constraints.txt
	@$(FRESH)/bin/python -m pip freeze --all --exclude-editable | grep -Ev '^(pip==|nvidia-|cuda-|triton==)' \
	  | sed 's/+[a-z0-9.]*$$//' >> $(FRESH)/constraints.txt
	@mv $(FRESH)/constraints.txt constraints.txt
	@rm -r $(FRESH)

clean:  ## Remove reports and caches, but not .venv.
	@rm -rf report build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
