# pg_ai is plain SQL with a compiler in TypeScript: there is no C to build, so `install` follows the conventions of
# PGXS (PG_CONFIG, DESTDIR, sharedir/extension) without needing the server's development files.
PG_CONFIG ?= pg_config
VERSION   := $(shell sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)
WITH_NODE := ./src/setup/node.sh
CASE      ?=

SOURCES    := $(shell find sql src plv8 workers -type f 2>/dev/null)
INSTALLDIR  = $(DESTDIR)$(shell $(PG_CONFIG) --sharedir)/extension

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test lint format build install uninstall installcheck bench clean docs

help: ## list the targets
	@echo 'pg_ai $(VERSION): what tables say about themselves, compiled into plain SQL functions'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: node_modules/.setup ## bring all that is needed: Node, npm packages, PostgreSQL 18, a JavaScript language for it
	@$(WITH_NODE) node src/setup/setup.ts

node_modules/.setup: package.json package-lock.json src/setup/node.sh
	@$(WITH_NODE)
	@echo 'npm: installing the packages of package-lock.json'
	@$(WITH_NODE) npm ci --no-fund --no-audit --loglevel=error
	@ln -sf ../../src/cli/pg-ai.mjs node_modules/.bin/pg-ai # what makes `npx pg-ai` run this checkout
	@touch $@

demo: setup ## a small shop on an embedded server: declare, call, see what comes back
	@$(WITH_NODE) node examples/shop/demo.ts

dev: setup ## start the embedded server with pg_ai installed (ctrl-C stops it)
	@$(WITH_NODE) node src/cli/main.ts dev

test: lint dist/.built ## lint, type check, and every test on every server that can run here
	@$(WITH_NODE) node_modules/.bin/vitest run

lint: setup ## format, lint and type check
	@$(WITH_NODE) node_modules/.bin/biome check --error-on-warnings .
	@$(WITH_NODE) node_modules/.bin/tsc --noEmit

format: setup ## mend what the formatter and linter can mend
	@$(WITH_NODE) node_modules/.bin/biome check --write .

docs: setup ## write anew the pages of docs/ that come from the sources
	@$(WITH_NODE) node src/docs/generate.ts

build: dist/.built ## the extension's files and the compiler bundle, in dist/

dist/.built: node_modules/.setup package.json $(SOURCES)
	@echo 'build: the extension and the compiler bundle into dist/'
	@$(WITH_NODE) node src/install/build.ts
	@touch $@

install: build ## put the extension where the server of PG_CONFIG finds it (DESTDIR is honoured)
	install -d '$(INSTALLDIR)'
	install -m 644 dist/extension/pg_ai.control dist/extension/pg_ai--*.sql '$(INSTALLDIR)'

uninstall: ## take the extension's files away again
	rm -f '$(INSTALLDIR)/pg_ai.control' '$(INSTALLDIR)'/pg_ai--*.sql

installcheck: setup ## the database tests on the server of PG_AI_TEST_URL (a superuser's connection)
	@test -n "$$PG_AI_TEST_URL" || { echo 'Set PG_AI_TEST_URL=postgresql://superuser@host/postgres' >&2; exit 2; }
	@$(WITH_NODE) node_modules/.bin/vitest run --project url

bench: build ## measure against hand-written PL/pgSQL (CASE=name for one case)
	@$(WITH_NODE) node bench/run.ts $(CASE)

clean: ## remove all that was brought, built or kept: node_modules, .node, dist, .pg-ai
	rm -rf node_modules .node dist .pg-ai
