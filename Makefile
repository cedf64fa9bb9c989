# `make` lists the targets. Everything stays below this folder; see Scripts/ for what each one does.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
# One step needs the one before, and the builds use all cores by themselves.
.NOTPARALLEL:
.PHONY: help setup build test quickstart figures plugins fuzz format lint benchmark clean distclean

help: ## Lists the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' Makefile | column -t -s '|'

setup: ## Installs what is missing: system packages, .venv with LibTorch, the tensor engine (GUD_TORCH=DIR uses an installed torch)
	@Scripts/setup.sh

build: ## Builds the program in release mode: .build/release/gud
	@swift build -c release --explicit-target-dependency-import-check error

test: ## Sets up, builds and runs all tests, the example plugins' and the tutorial's (TEST='--filter GUDData' for some of the first)
	@Scripts/setup.sh tests
	@Scripts/test.sh $(TEST)
ifndef TEST
	@Scripts/plugins.sh
	@Scripts/plugins.sh check
	@Scripts/plugins.sh test GUD=.build/tests/release/gud
	@GUD=.build/tests/release/gud Scripts/tutorial.sh
endif

quickstart: setup build ## Trains on the bundled digits, samples and scores; writes runs/quickstart/
	@.build/release/gud quickstart

figures: setup build ## Makes the pictures of Documentation/schedules.md anew
	@Scripts/figures.sh

plugins: setup build ## Builds the example plugins and validates them
	@Scripts/plugins.sh
	@Scripts/plugins.sh test GUD=.build/release/gud

fuzz: setup ## Fuzzes the parsers of plugin files for longer than the tests do (FUZZ=400000 iterations)
	@GUD_FUZZ_ITERATIONS=$(or $(FUZZ),400000) GUD_FUZZ_SEED=$$RANDOM Scripts/test.sh --filter Fuzz

format: ## Formats all Swift sources in place
	@Scripts/style.sh format

lint: ## Checks the style of the Swift sources and the scripts
	@Scripts/style.sh lint

benchmark: setup ## Builds and runs the benchmarks
	@swift build -c release --package-path Benchmarks
	@for benchmark in Benchmarks/.build/release/*-benchmark; do "$$benchmark"; done

clean: ## Removes what was built; keeps .venv
	@rm -rf .build .engine Benchmarks/.build

distclean: clean ## Removes what was built and installed below this folder
	@rm -rf .venv
