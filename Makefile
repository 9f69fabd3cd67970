# The verbs of the house.  `make` alone lists them; each sets up what it needs and ends with one clear line.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.SILENT:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
RUN_DIR := .demo/run
ARGS ?=

.PHONY: help setup setup-dev demo test check bench soak run docs lock package-check clean

help: ## list the verbs
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## prepare .venv, so that .venv/bin/comity is the command
	tools/setup_venv.sh runtime

setup-dev:
	tools/setup_venv.sh dev

demo: setup ## two registries exchange a real feed on this machine (ARGS="--exit --records 10000")
	$(BIN)/comity demo $(ARGS)

test: setup-dev ## everything that must hold: check, then the tests on SQLite and on PostgreSQL
	tools/run_tests.sh $(ARGS)

check: setup-dev ## style, types, import contracts, migrations, translations; fast
	tools/check.sh

bench: setup-dev ## measure names, intake, ledger and exchange beside their limits and beside others
	tools/run_bench.sh $(ARGS)

soak: setup-dev ## the exchange under faults on both stores, for long (COMITY_SOAK=1); more than a thousand faults strike (ARGS=cluster: a sweep on Apache Spark)
	tools/run_soak.sh $(ARGS)

run: setup ## serve one node from .demo/run until interrupted
	if [ ! -e $(RUN_DIR)/node.toml ]; then $(BIN)/comity init $(RUN_DIR) --party cctld.ru; fi
	echo "run: stop with Ctrl-C; the node stays in $(RUN_DIR)"
	$(BIN)/comity serve --dir $(RUN_DIR) $(ARGS)

docs: setup-dev ## write docs/reference anew from the program
	$(BIN)/python tools/reference.py
	echo "docs: docs/reference is what the program says"

lock: setup-dev ## write requirements/*.lock anew (ARGS=--upgrade for the newest of everything)
	tools/lock.sh $(ARGS)

package-check: setup-dev ## install as a package into an empty environment and use it there
	tools/package_check.sh

clean: ## remove what the verbs above made (.venv, .demo, caches)
	rm -rf .venv .demo build dist .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests bench tools -type d -name __pycache__ -prune -exec rm -rf {} +
	echo "clean: done"
