# What one can do here; `make` alone tells.
.POSIX:
.PHONY: help run test lint format schemas bench soak lock audit clean
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# Two empty files say what is installed; requirements that are newer than they are installed again.
# The locks name all that is needed, so nothing is resolved: older pips stumble over extras when a newer release is out.
INSTALL := $(BIN)/pip install -q --disable-pip-version-check --require-hashes --no-deps
RUNS := $(VENV)/.runs
TESTS := $(VENV)/.tests

help: ## tell what one can do
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(RUNS) ## set everything up, sample articles too, and serve; prints the address and whom to sign in as
	@$(BIN)/python -m annotate demo

test: $(TESTS) lint ## run all tests, in a real browser too
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n 3 --cov --cov-report=
	@$(BIN)/coverage report

lint: $(TESTS) ## check style, types and which room may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(TESTS) ## write the code as `lint` wants it
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format -q .

schemas: $(RUNS) ## write the published JSON Schema anew
	$(BIN)/python -m schemas

bench: $(TESTS) ## print what the product costs, as ratios to what is possible here
	$(BIN)/python -m tests.bench.tag
	$(BIN)/python -m tests.bench.segment
	$(BIN)/python -m tests.bench.match
	$(BIN)/python -m tests.bench.load
	$(BIN)/python -m tests.bench.page
	$(BIN)/python -m tests.bench.insights
	$(BIN)/python -m tests.bench.queue

soak: $(TESTS) ## let 12 simulated reviewers, 2 editors and an admin work 200 articles to the end
	$(BIN)/python -m tests.soak

lock: ## pin the newest versions of all that .ci/*.in names
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install -q pip-tools
	$(VENV)-lock/bin/pip-compile -q -U --generate-hashes --strip-extras --allow-unsafe --no-header \
		--no-emit-index-url --no-emit-find-links -o requirements.txt .ci/requirements.in
	$(VENV)-lock/bin/pip-compile -q -U --generate-hashes --strip-extras --allow-unsafe --no-header \
		--no-emit-index-url --no-emit-find-links -o tests/requirements.txt .ci/tests-requirements.in
	rm -rf $(VENV)-lock

audit: ## look the pinned versions up among known vulnerabilities (needs the network)
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/pip install -q pip-audit
	$(VENV)-audit/bin/pip-audit --require-hashes --disable-pip -r requirements.txt
	rm -rf $(VENV)-audit

clean: ## remove what can be made again; the installation's own data stays
	rm -rf $(VENV) .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(RUNS): requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.txt
	@touch $(RUNS)

$(TESTS): $(RUNS) tests/requirements.txt
	$(INSTALL) -r tests/requirements.txt
	@sh .ci/browser
	@touch $(TESTS)
