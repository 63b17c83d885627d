# Two commands matter: make run, make test. `make` alone lists the others.
.DEFAULT_GOAL := help
.PHONY: help setup run worker test test-services e2e lint fmt bench drill schema migrations lock

PYTHON ?= python3
PORT ?= 8000
DEMO ?= 1
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input --require-hashes --no-deps
# Tests choose their own database and broker, whatever the shell has set.
PLAIN := env -u DATABASE_URL -u DATABASE_URL_FILE -u REDIS_URL -u REDIS_URL_FILE -u POCGATE_MODE -u POCGATE_VAR
TEMPLATES = $(shell git ls-files 'templates/*.html' 'templates/**/*.html')

help: ## what each target does
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.development ## environment with everything for development, in .venv

run: $(VENV)/.runtime ## POC Gate on this machine until Ctrl-C  [PORT=9000] [DEMO=0]
	@exec $(PY) manage.py run_embedded --port $(PORT) $(if $(filter 0 no false,$(DEMO)),--no-demo)

worker: $(VENV)/.runtime ## one more worker beside a running installation
	@exec $(PY) -m celery -A pocgate worker --pool threads --concurrency 4 --loglevel INFO

test: $(VENV)/.development ## the whole suite on SQLite, no server needed  [ARGS="-k votes"]
	@$(PLAIN) $(PY) -m pytest -n auto --dist loadgroup -m "not services" $(ARGS)

test-services: $(VENV)/.development ## the suite and tests/services on PostgreSQL and Redis  [DATABASE_URL= REDIS_URL=]
	@$(PY) -m tests.services.servers $(PY) -m pytest -n auto --dist loadgroup $(ARGS)

e2e: $(VENV)/.development ## the journeys in a real browser
	@$(PLAIN) $(PY) -m pytest -m e2e $(ARGS)

lint: $(VENV)/.development ## style, templates, types, import contracts, lock files
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(if $(TEMPLATES),$(VENV)/bin/djade --check --target-version 5.2 $(TEMPLATES))
	@$(PY) -m mypy .
	@$(VENV)/bin/lint-imports
	@$(PY) -m pip check --disable-pip-version-check
	@if grep -n '://' requirements.txt requirements-dev.txt; then echo "a lock file holds an address: make lock"; exit 1; fi

fmt: $(VENV)/.development ## put code and templates into the agreed form
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@$(if $(TEMPLATES),$(VENV)/bin/djade --target-version 5.2 $(TEMPLATES) || true)

bench: $(VENV)/.development ## benchmarks against their references; also var/bench.json  [ONLY=name] [CASES=n]
	@$(PY) -m tests.bench $(if $(ONLY),--only $(ONLY)) $(if $(CASES),--cases $(CASES))

drill: $(VENV)/.development ## fault and race drills on PostgreSQL and Redis  [ONLY=gate_race] [ROUNDS=n]
	@$(PY) -m tests.services.servers $(PY) -m tests.drill $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS))

schema: $(VENV)/.development ## write and check the OpenAPI description: var/openapi.yaml
	@mkdir -p var
	@$(PY) manage.py spectacular --validate --fail-on-warn --file var/openapi.yaml
	@echo "var/openapi.yaml"

migrations: $(VENV)/.development ## fail when a model has no migration
	@$(PY) manage.py makemigrations --check --dry-run

lock: $(VENV)/.development ## write the hash-pinned requirements again  [UPGRADE=1]
	@$(VENV)/bin/uv pip compile --quiet $(if $(UPGRADE),--upgrade) --generate-hashes --universal --python-version 3.11 \
	  --no-header --no-emit-index-url requirements.in --output-file requirements.txt
	@$(VENV)/bin/uv pip compile --quiet $(if $(UPGRADE),--upgrade) --generate-hashes --universal --python-version 3.11 \
	  --no-header --no-emit-index-url --constraint requirements.txt requirements-dev.in --output-file requirements-dev.txt
	@if grep -n '://' requirements.txt requirements-dev.txt; then exit 1; fi

# The environment follows the lock: a changed lock installs again, an unchanged one costs nothing.
$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "POC Gate needs Python 3.11 or newer; $(PYTHON) was not found."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "POC Gate needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making the environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the lock names …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what development and tests need …"
	@$(PIP) -r requirements-dev.txt
	@touch $@
