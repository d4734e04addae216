# `make` or `make help` explains the targets. Everything is installed into .venv in this folder. System
# packages are installed only when run as root; otherwise the command for it is printed.
#
# On the command line: PYTHON=...           the Python to make the environment with
#                      NEWER=...            the Python of make newer
#                      ARGS="..."           further arguments of reportgen run, pytest, reportgen bench or the simulation
#                      SYSTEM_PACKAGES=true do not look for system packages

# the first Python that is new enough
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
# a Python that is newer than the oldest that is allowed, to run the fast tests with
PYENV_ROOT ?= $(HOME)/.pyenv
NEWER ?= $(shell for python in python3.13 python3.12 $(PYENV_ROOT)/versions/3.13.*/bin/python \
	$(PYENV_ROOT)/versions/3.12.*/bin/python; do \
	"$$python" -c 'import sys; print(sys.executable)' 2>/dev/null && break; done)
SYSTEM_PACKAGES ?= tools/system-packages
ARGS ?=

VENV := .venv
RUN := $(VENV)/bin/python
# what fills environments in seconds: asks where the variables of pip say, and fetches no Python
UV := UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 \
	$(if $(PIP_FIND_LINKS),UV_FIND_LINKS="$(PIP_FIND_LINKS)") \
	$(if $(PIP_INDEX_URL),UV_DEFAULT_INDEX="$(PIP_INDEX_URL)") $(VENV)/bin/uv
PIP := $(RUN) -m pip --disable-pip-version-check
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

# what a lock is made around: newer ones are taken on purpose, not by the way
PINNED := torch==2.13.0 torchvision==0.28.0
# what the fonts in templates/fonts are cut from; tools/build_fonts.py checks that it gets these
FONT_SOURCES := fonttools==4.68.0 fontpkg-source-serif-4==4.004 fontpkg-source-sans-3==3.52 \
	fontpkg-source-code-pro==1.26 pylopdf-fonts-zh-tw==0.1.1 justmytype-intl-cjk==0.1.0
# what changes the code a little, to see whether a test notices
MUTATION := cosmic-ray==8.7.0

FAST := python -m pytest -n auto --dist loadfile -m "not slow and not long"
# root may write anywhere: without its capabilities it is a user like any other, whose files are its own
WITHOUT_RIGHTS := $(if $(filter 0,$(shell id -u)),setpriv --bounding-set=-all --inh-caps=-all)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help report test fast unprivileged newer newer-report wheel floors floor-report checks check-document check lint format types docs \
	bench simulation verdict-simulation drift-simulation problems-simulation any-time-simulation variance-simulation mutation fonts lock clean python system-report system-test

help: ## say what the targets do
	@echo "reportgen: optimizer comparisons, trained and reported in two languages"
	@awk 'BEGIN {FS = ":[^#]*## "} /^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' Makefile

report: system-report $(INSTALLED) ## install what is missing, train on the embedded images, write HTML and PDF
	@$(VENV)/bin/reportgen run $(ARGS)

test: system-test $(INSTALLED_DEV) ## install what is missing and run all tests
	@# hundreds of processes begin with it, and where PYTHONDONTWRITEBYTECODE is set each would compile it anew
	@$(RUN) -m compileall -q reportgen
	@$(RUN) -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

fast: lint types system-test ## what to run all day: lint, types, and the tests that take no longer than a moment
	@$(VENV)/bin/$(FAST) $(ARGS)

unprivileged: $(INSTALLED_DEV) ## run the tests of what a user may not do, who root is not
	@$(WITHOUT_RIGHTS) $(RUN) -m pytest -m unprivileged $$(grep -rl --include='test_*.py' mark.unprivileged tests) $(ARGS)

newer-report: system-report $(INSTALLED_DEV) ## train and render with a newer Python, where there is one
ifeq ($(NEWER),)
	@echo "newer: there is no Python 3.12 or 3.13 here, going on without; make newer NEWER=/path/to/python names one"
else
	@$(UV) venv --quiet --clear --python "$(NEWER)" build/newer
	@# its torch is gigabytes, which not every machine can download or hold
	@if timeout 300 env $(UV) pip install --quiet --python build/newer --constraint constraints.txt .; \
	then build/newer/bin/python --version && $(RUN) tools/try_out.py build/newer; \
	else echo "newer: the packages for $(NEWER) cannot be installed here, going on without"; fi
endif

newer: newer-report system-test ## the same, and run the fast tests with it
	@if [ -x build/newer/bin/reportgen ]; then \
	$(UV) pip install --quiet --python build/newer --constraint constraints.txt '.[dev,docs]' && \
	build/newer/bin/$(FAST) $(ARGS); fi

check-document: system-test $(INSTALLED_DEV) ## check a freshly made report: HTML and PDF, every automatic check
	@$(RUN) -m pytest -m document $(ARGS)

check: $(INSTALLED) ## prove the layers and the optimizers
	@$(VENV)/bin/reportgen check

lint: $(INSTALLED_DEV) ## look for mistakes and uneven formatting
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@PYTHONPATH=. $(VENV)/bin/lint-imports --no-logo --cache-dir build/import_linter

format: $(INSTALLED_DEV) ## mend formatting, and the mistakes that mend themselves
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

checks: system-test lint ## what CI runs beside all tests; two at a time, since each keeps one core busy
	@$(MAKE) --no-print-directory types docs unprivileged floor-report & \
	$(MAKE) --no-print-directory wheel newer-report; code=$$?; wait $$! && exit $$code

types: $(INSTALLED_DEV) ## check the types
	@$(RUN) -m mypy

docs: $(INSTALLED_DEV) ## build the manual as a site in build/docs; a warning is an error
	@$(RUN) -m sphinx -b html -n -W --keep-going -q docs build/docs $(ARGS)
	@echo build/docs/index.html

bench: $(INSTALLED_DEV) ## time everything that reportgen bench times, beside JAX and torch.nn too
	@$(VENV)/bin/reportgen bench $(ARGS)

simulation: $(INSTALLED) ## how often the verdicts are wrong or missed, by simulation
	@$(RUN) tools/simulation.py $(ARGS)

verdict-simulation: $(INSTALLED) ## the same of a margin, of a change, of several looks and of lost scores, by simulation
	@$(RUN) tools/verdict_simulation.py $(ARGS)

problems-simulation: $(INSTALLED) ## the same of the verdicts over all problems, by simulation
	@$(RUN) tools/problems_simulation.py $(ARGS)

drift-simulation: $(INSTALLED) ## how often a rerun raises a false alarm or misses a drop, by simulation
	@$(RUN) tools/drift_simulation.py $(ARGS)

any-time-simulation: $(INSTALLED) ## how often the bands and exchange rates of whole curves hold the truth, by simulation
	@$(RUN) tools/any_time_simulation.py $(ARGS)

variance-simulation: $(INSTALLED) ## which sources of variance intervals cover, by simulation
	@$(RUN) tools/variance_simulation.py $(ARGS)

mutation: system-test $(INSTALLED_DEV) ## change the code a little, and count which changes the tests notice
	"$(PYTHON)" -m venv --clear build/cosmic-ray
	build/cosmic-ray/bin/python -m pip install --quiet $(MUTATION)
	build/cosmic-ray/bin/python tools/mutation.py --python "$(CURDIR)/$(RUN)" $(ARGS)

wheel: system-report $(INSTALLED_DEV) ## build the package, install it in a clean environment, and use it outside of this folder
	@$(RUN) tools/check_package.py build/wheel
	@$(UV) venv --quiet --clear --python $(RUN) build/wheel/environment
	@$(UV) pip install --quiet --python build/wheel/environment --constraint constraints.txt build/wheel/*.whl
	@$(RUN) tools/try_out.py build/wheel/environment

floor-report: system-report $(INSTALLED_DEV) ## train and render with the lowest versions that are allowed
	@$(UV) venv --quiet --clear --python $(RUN) build/floors
	@$(UV) pip freeze --quiet --python $(RUN) | grep -E '^torch(vision)?==' > build/torch.txt
	@$(UV) pip compile --quiet --python $(RUN) --resolution lowest-direct --constraint build/torch.txt \
		--output-file build/floors.txt pyproject.toml
	@$(UV) pip install --quiet --python build/floors --constraint build/floors.txt .
	@$(RUN) tools/try_out.py build/floors

floors: floor-report system-test ## the same, and run the fast tests with them
	@$(UV) pip install --quiet --python build/floors --constraint build/floors.txt '.[dev,docs]'
	@build/floors/bin/$(FAST) $(ARGS)

fonts: python ## build the fonts anew and compare them with templates/fonts
	"$(PYTHON)" -m venv --clear build/fonts
	build/fonts/bin/python -m pip install --quiet $(FONT_SOURCES)
	build/fonts/bin/python tools/build_fonts.py --check

lock: python ## write constraints.txt anew with the newest versions (Python 3.11 on Linux)
	"$(PYTHON)" -m venv --clear build/lock
	build/lock/bin/python -m pip install $(PINNED) '.[dev,docs]'
	{ sed '/^[^#]/d' constraints.txt; \
	  build/lock/bin/python -m pip freeze --all --exclude pip --exclude reportgen | sed 's/+[^+]*$$//'; \
	} > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean: ## remove the environment, caches and builds; runs in output/ stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find reportgen tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

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
	$(PIP) install --constraint constraints.txt uv
	@# on all cores; what pip finds by its configuration file alone, pip itself has to install
	$(UV) pip install --python $(RUN) --compile-bytecode --constraint constraints.txt --editable '.[dev,docs]' \
	|| $(PIP) install --constraint constraints.txt --editable '.[dev,docs]'
	@touch $(INSTALLED) $@
