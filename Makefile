# Legwork. `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PREFIX ?= $(HOME)/.local
STRICT := --explicit-target-dependency-import-check error

.PHONY: help build demo test test-swift test-examples test-clients test-channels test-schedules bench fuzz soak lint docs format install clean setup

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install the system packages that are missing
	@scripts/setup

build: setup ## build the release binary: .build/release/legwork
	swift build -c release --product legwork $(STRICT)

demo: build ## show the main job, for real, in under three minutes
	@scripts/demo .build/release/legwork

test: ## run all tests: Swift's, and those with real MCP clients and real servers
	@scripts/setup --tests
	$(MAKE) --no-print-directory test-swift
	$(MAKE) --no-print-directory test-examples
	$(MAKE) --no-print-directory test-clients
	$(MAKE) --no-print-directory test-channels
	$(MAKE) --no-print-directory test-schedules

test-swift:
	swift build --build-tests $(STRICT)
	swift test --skip-build --skip LegworkCommandsTests --skip LegworkAgentsTests --skip LegworkChannelsTests
	@# Who cares for commands takes the status of every child of the process, also of those that other tests start for themselves.
	swift test --skip-build --filter "LegworkAgentsTests|LegworkChannelsTests"
	@# These count the children and descriptors of their process, so they have one to themselves.
	LEGWORK_TESTS_ALONE=1 swift test --skip-build --filter LegworkCommandsTests

test-examples: ## build the examples, run them, and look at what they say
	@for example in chat-bot agent-team; do swift build --quiet --product example-$$example $(STRICT) || exit 1; done
	@scripts/example-tests .build/debug

test-clients:
	@scripts/client-tests .build/debug/legwork
	@scripts/api-tests .build/debug/legwork

test-channels: ## deliver to real servers: a Matrix homeserver, a mail server, a verifier of webhooks
	@scripts/channel-tests .build/debug/legwork

test-schedules: ## compare schedules with croniter, python-dateutil and zoneinfo
	@swift build --quiet --product legwork-schedule-printer $(STRICT)
	@scripts/schedule-check .build/debug

bench: setup ## measure, print a table, and write .build/bench.json
	swift build -c release --product legwork-bench $(STRICT)
	swift build -c release --product legwork $(STRICT)
	@# Other queues are measured in the same run, unless other groups are chosen.
	@words="$(filter-out -%,$(BENCH))"; if [ -z "$$words" ] || [[ " $$words " == *" queue "* ]]; then scripts/bench-peers .build/bench-peers.jsonl; fi
	@scripts/bench-http-peer
	LEGWORK_BENCH_PEERS=.build/bench-peers.jsonl .build/release/legwork-bench $(BENCH)

fuzz: setup ## feed the parsers with bytes for a minute each (FUZZ="http sse --time 600"), until one breaks
	@scripts/fuzz $(FUZZ)

soak: build ## load a daemon, kill it again and again, and look whether every task ended once (SOAK="--tasks 100000")
	@scripts/soak .build/release/legwork $(SOAK)

lint: ## check the format and the size of the files
	swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks Examples Fuzz
	@scripts/check-file-sizes

docs: setup ## build the documentation of the library into .build/docs
	@scripts/docs

format: ## bring the sources into the house's format
	swift format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks Examples Fuzz

install: setup ## install the command under PREFIX (default ~/.local); it needs no Swift to run
	swift build -c release --product legwork --static-swift-stdlib --scratch-path .build/static
	install -D -s -m 755 .build/static/release/legwork $(DESTDIR)$(PREFIX)/bin/legwork
	@echo "installed $(DESTDIR)$(PREFIX)/bin/legwork"

clean: ## remove everything that was built
	rm -rf .build .venv-*
