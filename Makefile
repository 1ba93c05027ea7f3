# drumd: `make jam` to hear it, `make test` to prove it. Each target calls what does the work.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3.14 || command -v python3)
BIN := .venv/bin
DRUMD := $(BIN)/drumd
.DEFAULT_GOAL := help

help: ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

jam: .venv/.core ## hear drumd drum to the demo guitar, at once where there are speakers; leaves jam.mid and jam.wav
	$(DRUMD) listen --in demo --out jam.mid --sound --force
	@$(DRUMD) render jam.mid -o jam.wav --force

test: .venv/.dev ## the whole test suite: side by side, then one by one what the clock judges
	@$(BIN)/python -m pytest -q -n logical --maxprocesses 4 --dist worksteal -m "not realtime"; \
	side=$$?; $(BIN)/python -m pytest -q -m realtime; test $$side$$? = 00

check: .venv/.dev ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.dev ## print the published figures again (DATA=songs, BEATS=parts.json, LONG=1: the rest too)
	$(BIN)/python -m tests.benches $(if $(DATA),--data $(DATA)) $(if $(BEATS),--beats $(BEATS)) $(if $(LONG),--long)

fuzz: .venv/.dev ## damaged input for every reader, SECONDS=20 each; prints a table of faults
	$(BIN)/python -m tests.benches.fuzz --seconds $(or $(SECONDS),20)

chaos: .venv/.dev ## ill-treat a running drumd on JACK and print how it bears it; LONG=1: as often as promised, an hour of soak too
	$(BIN)/python -m tests.benches.bombs
	$(BIN)/python -m tests.benches.chaos $(if $(LONG),--long)
	$(if $(LONG),$(BIN)/python -m tests.benches.soak)

clean: ## remove what make made
	rm -rf .venv build *.egg-info

.venv/.core: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "drumd needs Python 3.11 or later; name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "venv is missing: on Debian, apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install -q --prefer-binary -c constraints.txt -e .
	@$(BIN)/python -m pip install -q --only-binary :all: -c constraints.txt miniaudio 2>/dev/null || true # where it has no wheel, jam.wav is the sound
	@touch $@

.venv/.dev: .venv/.core
	$(BIN)/python -m pip install -q --prefer-binary -c constraints.txt -e '.[train,notation,plot,jack,link,audio,audio-files,page,test,eval]'
	@touch $@

.PHONY: help jam test check bench chaos fuzz clean
