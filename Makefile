# Two commands on a fresh machine do everything: make run, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CAMPAIGNS := races races_pg accept_race accept_race_pg order_race order_race_pg kill9 disk_full poison_deaths redelivery \
  poison weak_store machine order_machine trilateration guesses books books_pg legible

.PHONY: run test check bench chaos simulate pictures lock clean

run: $(STAMP)
	$(BIN)/python run_bot.py demo

test: $(STAMP)
	$(BIN)/pytest -q -n 2

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	RESCUE_TEST_NOTHING_LEFT_OUT=1 $(BIN)/pytest -q -n 2
	$(BIN)/python -m tests.chaos --short $(CAMPAIGNS)
	$(BIN)/python -m tests.simulation --short

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks

chaos: $(STAMP)
	$(BIN)/python -m tests.chaos

simulate: $(STAMP)
	$(BIN)/python -m tests.simulation

pictures: $(STAMP)
	$(BIN)/python -m tests.pictures

lock: $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --extra dev pyproject.toml -o requirements.lock

$(STAMP): requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

clean:
	rm -rf $(VENV) var
