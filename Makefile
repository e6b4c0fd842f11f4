# `make` lists the targets.
# Written for GNU make 3.81 and newer (macOS ships 3.81).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A lock file names every dependency, so pip resolves none. Python compiles modules when it first imports them.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile
# Compiled modules halve the start-up time of a program.
unexport PYTHONDONTWRITEBYTECODE
STUBS := protobufs/recommendations_pb2.py
DATABASE ?= auto
SCALE ?= default
CLUSTER_SCALE ?= 1
FILE ?=
UPGRADE ?=

.DEFAULT_GOAL := help
.PHONY: help run test resilience cluster kubernetes audit coverage check bench format seed migrate psql screenshot lock up certificates down clean python-ok

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(STUBS) ## Run the whole shop at http://127.0.0.1:5000, with its own database; Ctrl-C stops it
	@exec $(BIN)/python -m quickstart run

test: $(STUBS) $(VENV)/.test-ready ## Run every test that can run here; DATABASE=container|embedded forces the database for tests
	@$(BIN)/python -m pytest --database=$(DATABASE) --numprocesses=auto --dist=loadfile --no-loadscope-reorder $(ARGS)

resilience: $(STUBS) $(VENV)/.test-ready ## Test the promises of docs/reliability.md under load; SCALE=full takes an hour and writes its table
	@RESILIENCE_SCALE=$(if $(filter full,$(SCALE)),full,tenth) $(BIN)/python -m pytest --database=$(DATABASE) $(if $(filter full,$(SCALE)),,--numprocesses=3 --dist=worksteal) tests/resilience $(ARGS)

cluster: $(STUBS) $(VENV)/.test-ready ## Kill, partition and switch over three PostgreSQL servers under load; needs Debian's patroni and etcd-server
	@BOOKSTALL_CLUSTER_SCALE=$(CLUSTER_SCALE) $(BIN)/python -m pytest tests/cluster $(ARGS)

kubernetes: $(STUBS) $(VENV)/.test-ready $(VENV)/.kubernetes-ready ## Check deploy/kubernetes against the schemas of several versions; needs kubectl
	@$(BIN)/python -m pytest tests/kubernetes $(ARGS)

audit: $(VENV)/.audit-ready ## Look up known vulnerabilities of every locked package; needs the network
	@$(VENV)/audit/bin/pip-audit --strict --disable-pip --progress-spinner=off $(addprefix --requirement=,$(wildcard requirements/*.txt))

coverage: ## Run the tests, which takes a third longer, and list the lines that none of them runs
	@$(MAKE) --no-print-directory test ARGS="--cov $(ARGS)"

check: $(STUBS) $(VENV)/.test-ready ## Lint, format, types, imports, the proto, and the migrations against the models
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/buf lint
	@$(BIN)/python -m quickstart check-migrations

bench: $(STUBS) $(VENV)/.bench-ready ## Measure everything side by side and write docs/performance.md; SCALE=small|default|full
	@exec $(BIN)/python -m benchmarks $(SCALE)

format: $(VENV)/.test-ready ## Format the code and fix what the linter can fix
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

seed: $(STUBS) ## Load a catalogue: FILE=my-books.csv ARGS="--dry-run …", or without FILE the built-in one
	@$(BIN)/python -m quickstart seed $(if $(FILE),"$(FILE)") $(ARGS)

migrate: $(STUBS) ## Bring the database's schema up to date
	@$(BIN)/python -m quickstart migrate

psql: $(STUBS) ## Open psql on the shop's database
	@exec $(BIN)/python -m quickstart psql

screenshot: $(STUBS) $(VENV)/.test-ready ## Retake the README's screenshots; needs Chromium
	@$(BIN)/python -m docs.screenshots.make

up: ## Start the stack in containers at http://127.0.0.1:5000
	BOOKSTALL_REVISION=$$(git rev-parse HEAD 2>/dev/null || echo unknown) docker compose up -d --build --wait

certificates: ## Make certificates for mutual TLS between the containers, for development
	@containers/make_certificates.sh certificates

down: ## Stop the stack in containers; its books stay
	docker compose down

lock: $(VENV)/.ready ## Lock the dependencies of pyproject.toml with hashes; UPGRADE=1 takes the newest allowed versions
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/python requirements/lock.py $(if $(UPGRADE),--upgrade)

clean: ## Remove what make made, except the data in .bookstall/
	rm -rf $(VENV) bookstall.egg-info build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	rm -f protobufs/*_pb2*.py*

python-ok:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Bookstall needs Python 3.11 or newer, but '$(PYTHON)' is older or missing: install one, or name it with 'make PYTHON=python3.13 …'." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "'$(PYTHON)' has no venv module: install it (on Debian and Ubuntu: sudo apt install python3-venv) and run make again." >&2; exit 1; }

# The stamp is written last, so an interrupted installation is repeated.
$(VENV)/.ready: requirements/dev.txt
	@$(MAKE) --no-print-directory python-ok
	@echo "Making $(VENV) from requirements/dev.txt …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@$(INSTALL) --no-build-isolation -e .
	@touch $@

$(VENV)/.test-ready $(VENV)/.bench-ready $(VENV)/.kubernetes-ready: $(VENV)/.%-ready: requirements/%.txt $(VENV)/.ready
	@echo "Installing requirements/$*.txt …"
	@$(INSTALL) --require-hashes -r requirements/$*.txt
	@touch $@

# pip-audit has its own environment, so that it changes no locked version.
$(VENV)/.audit-ready: $(VENV)/.ready
	@$(BIN)/python -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	@touch $@

$(STUBS): protobufs/recommendations.proto protobufs/generate.py $(VENV)/.ready
	@$(BIN)/python -m protobufs.generate
