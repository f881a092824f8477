# Everything runs in .venv/, which is made at the first use and renewed when the requirements change; what `make bench`
# compares with runs in .venv-bench/.
.DEFAULT_GOAL := help
.PHONY: help run test coverage check words bench pictures

HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT

VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
# Its processes must order sets alike. Compiled modules are kept, for the servers and commands that tests start by the dozen.
TESTED := PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=
# Arguments for pytest, such as ARGS="tests/unit -k lobby".
# Many tests wait for servers that they start and stop: four of them keep two processors busy.
ARGS ?= --numprocesses 4 --dist loadfile --no-loadscope-reorder

help: ## lists what make can do here
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

run: $(VENV)/.ready ## serves Matchdesk at http://127.0.0.1:8000 (PORT=8001 for another), with the demo at the first start
	@$(FLASK) db upgrade
	@deploy/load-demo $(BIN)
	@exec $(BIN)/gunicorn -c deploy/gunicorn.conf.py

test: $(VENV)/.ready-dev ## runs the tests
	@$(TESTED) $(BIN)/pytest $(ARGS)

coverage: $(VENV)/.ready-dev ## runs the tests, and tells which lines they leave out
	@$(TESTED) $(BIN)/pytest $(ARGS) --cov

check: $(VENV)/.ready-dev ## runs the linters: style, format, directions of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

words: $(VENV)/.ready-dev ## collects what is said for app/translations/, and compiles what is translated there
	@$(BIN)/python -m app.translations

bench: $(VENV)/.ready-dev ## measures Matchdesk beside the stock stack and the limit, in three minutes (bench/README.md)
	@$(BIN)/python -m bench

pictures: $(VENV)/.ready-dev ## takes the pictures of the README anew, of the demo
	@$(BIN)/python -m docs.take_pictures

$(VENV)/.ready: requirements.txt
	@deploy/make-venv $(VENV) requirements.txt
	@touch $@

$(VENV)/.ready-dev: requirements.txt requirements-solver.txt requirements-dev.txt
	@deploy/make-venv $(VENV) requirements-dev.txt
	@touch $(VENV)/.ready $@
