# `make` or `make help` explains the targets. Everything is installed into .venv in this folder. System
# packages are installed only when run as root; otherwise the command for it is printed.
#
# On the command line: PYTHON=...           the Python to make the environment with
#                      ARGS="..."           further arguments of reportgen run, pytest, a benchmark or the simulation
#                      SYSTEM_PACKAGES=true do not look for system packages

# the first Python that is new enough
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
SYSTEM_PACKAGES ?= tools/system-packages
ARGS ?=

VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

# what a lock is made around: newer ones are taken on purpose, not by the way
PINNED := torch==2.13.0 torchvision==0.28.0
# what the fonts in templates/fonts are cut from; tools/build_fonts.py checks that it gets these
FONT_SOURCES := fonttools==4.68.0 fontpkg-source-serif-4==4.004 fontpkg-source-sans-3==3.52 \
	fontpkg-source-code-pro==1.26 pylopdf-fonts-zh-tw==0.1.1 justmytype-intl-cjk==0.1.0
# what looks at the lowest versions: whatever calls a library, in minutes rather than hours
FLOOR_TESTS := -m "not slow and not browser and not document" tests/analysis tests/data tests/delivery \
	tests/experiment tests/nn tests/optim tests/runs/test_runs_search.py tests/report/test_pdf.py \
	tests/report/test_figures.py tests/report/test_fonts.py tests/report/test_report_numbers.py \
	tests/cli/test_cli_compare.py tests/cli/test_cli_list_doctor_help.py
FLOOR_TOOLS := aiosmtpd hypothesis pdfplumber pikepdf pymupdf pytest

# what changes the code a little, to see whether a test notices
MUTATION := cosmic-ray==8.7.0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help report test quick check-document check lint format types bench simulation drift-simulation mutation \
	floors fonts lock clean python system-report system-test

help: ## say what the targets do
	@echo "reportgen: optimizer comparisons, trained and reported in two languages"
	@awk 'BEGIN {FS = ":[^#]*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

report: system-report $(INSTALLED) ## install what is missing, train on the embedded images, write HTML and PDF
	@$(VENV)/bin/reportgen run $(ARGS)

test: system-test $(INSTALLED_DEV) ## install what is missing and run all tests
	@$(RUN) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

quick: system-test $(INSTALLED_DEV) ## run the tests that neither render reports nor train for minutes
	@$(RUN) -m pytest -n auto --dist loadfile -m "not slow and not renders" $(ARGS)

check-document: system-test $(INSTALLED_DEV) ## check a freshly made report: HTML and PDF, every automatic check
	@$(RUN) -m pytest -m document $(ARGS)

check: $(INSTALLED) ## prove the layers and the optimizers
	@$(VENV)/bin/reportgen check

lint: $(INSTALLED_DEV) ## look for mistakes and uneven formatting
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .

format: $(INSTALLED_DEV) ## mend formatting, and the mistakes that mend themselves
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

types: $(INSTALLED_DEV) ## check the types
	@$(RUN) -m mypy

bench: $(INSTALLED_DEV) ## time a training step and whatever else has a benchmark
	@for benchmark in benchmarks/*.py; do echo "== $$benchmark"; $(RUN) $$benchmark $(ARGS) || exit 1; done

simulation: $(INSTALLED) ## how often the verdicts are wrong or missed, by simulation
	@$(RUN) tools/simulation.py $(ARGS)

drift-simulation: $(INSTALLED) ## how often a rerun raises a false alarm or misses a drop, by simulation
	@$(RUN) tools/drift_simulation.py $(ARGS)

mutation: system-test $(INSTALLED_DEV) ## change the code a little, and count which changes the tests notice
	"$(PYTHON)" -m venv --clear build/cosmic-ray
	build/cosmic-ray/bin/python -m pip install --quiet $(MUTATION)
	build/cosmic-ray/bin/python tools/mutation.py --python "$(CURDIR)/$(RUN)" $(ARGS)

floors: python system-report ## run what would notice with the lowest versions that pyproject.toml allows
	"$(PYTHON)" -m venv --clear build/floors
	"$(PYTHON)" tools/floors.py > build/floors.txt
	build/floors/bin/python -m pip install --constraint build/floors.txt --editable . $(FLOOR_TOOLS)
	build/floors/bin/reportgen doctor
	build/floors/bin/python -m pytest $(FLOOR_TESTS) $(ARGS)

fonts: python ## build the fonts anew and compare them with templates/fonts
	"$(PYTHON)" -m venv --clear build/fonts
	build/fonts/bin/python -m pip install --quiet $(FONT_SOURCES)
	build/fonts/bin/python tools/build_fonts.py --check

lock: python ## write constraints.txt anew with the newest versions (Python 3.11 on Linux)
	"$(PYTHON)" -m venv --clear build/lock
	build/lock/bin/python -m pip install $(PINNED) '.[dev]'
	{ sed '/^[^#]/d' constraints.txt; \
	  build/lock/bin/python -m pip freeze --all --exclude pip --exclude reportgen | sed 's/+[^+]*$$//'; \
	} > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean: ## remove the environment, caches and builds; runs in output/ stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find reportgen tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@test -n "$(PYTHON)" || { echo "reportgen needs Python 3.11 or newer, and there is none on the PATH:" \
		"install one, or name it: make PYTHON=/path/to/python ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "reportgen needs Python 3.11" \
		"or newer, and $(PYTHON) is not: name another with make PYTHON=/path/to/python ..." >&2; exit 1; }

system-report: python
	@PYTHON="$(PYTHON)" $(SYSTEM_PACKAGES) report

system-test: python
	@PYTHON="$(PYTHON)" $(SYSTEM_PACKAGES) test

$(VENV)/bin/pip: | python
	@PYTHON="$(PYTHON)" $(SYSTEM_PACKAGES) venv
	"$(PYTHON)" -m venv --clear $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(INSTALLED_DEV): pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $(INSTALLED) $@
