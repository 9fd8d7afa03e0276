# make run    set up what is missing and open the lab (headless where there is no display)
# make test   set up what is missing and run every check
# See `make help`.
SHELL := /bin/sh
GPU ?=
FAST ?=
BIN := .venv/bin
SETUP := sh .ci/setup
ARGS ?=

.PHONY: help run test verify fuzz setup format lint types walls tests bench screenshots docs clean

help:
	@echo "make run          open Loss Lab (ARGS='file.toml' to open an experiment, GPU=cuda12 or GPU=cuda13 for CuPy, FAST=1 for compiled kernels)"
	@echo "make test         format, lint, types, import walls and tests"
	@echo "make verify       the longer proofs (minutes)"
	@echo "make fuzz         the tests of properties on new random examples"
	@echo "make bench        every benchmark against its peers, as a table in benchmarks/results.md (15 minutes)"
	@echo "make screenshots  redraw docs/images from the real window"
	@echo "make docs         rewrite docs/losses, a page and a picture for each loss, from the catalogue"
	@echo "make format       let ruff format the code"
	@echo "make clean        remove .venv and caches"

setup:
	@GPU="$(GPU)" FAST="$(FAST)" $(SETUP) run

run: setup
	@$(BIN)/python main.py $(ARGS)

test: dev-setup
	@$(MAKE) --no-print-directory lint types walls tests

dev-setup:
	@GPU="$(GPU)" FAST="$(FAST)" $(SETUP) dev

format: dev-setup
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint:
	@echo "== format and lint" && $(BIN)/ruff format --check . && $(BIN)/ruff check .

types:
	@echo "== types" && $(BIN)/mypy

walls:
	@echo "== import walls" && $(BIN)/lint-imports --no-cache

tests:
	@echo "== tests" && $(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile

verify: dev-setup
	@$(BIN)/python -m pytest -m slow

fuzz: dev-setup
	@$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=fuzz -n 2 $(ARGS)

bench:
	@GPU="$(GPU)" $(SETUP) bench
	@PYTHONPATH=. $(BIN)/python benchmarks/run_all.py $(ARGS)

screenshots: dev-setup
	@$(BIN)/python docs/make_screenshots.py

docs: dev-setup
	@$(BIN)/python docs/make_loss_pages.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
