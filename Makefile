# The commands of the house. `make up` runs the programme, `make test` proves it.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: up setup dev test lint format replay prove-replay prove-post prove-pages bench pins

# Builds the environment if need be, then starts everything on this machine; Ctrl-C stops all of it.
up: setup
	@$(BIN)/qianshou up

# Builds .venv and nothing else, so that .venv/bin/qianshou is there.
setup: .venv/.run
	@:

# The same with the tools that tests and linters need.
dev: .venv/.dev
	@:

.venv/.run: pyproject.toml constraints.txt deploy/venv.sh
	@PYTHON=$(PYTHON) bash deploy/venv.sh constraints.txt
	@touch $@

.venv/.dev: .venv/.run constraints-dev.txt
	@PYTHON=$(PYTHON) bash deploy/venv.sh constraints-dev.txt
	@touch $@

# Everything: linters, then every test on both databases.
test: lint
	@bash deploy/postgres.sh
	@$(BIN)/python -m pytest -n 2

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Plays both batches from the first day to the last on a virtual clock, in a folder of its own beside the demonstration's.
replay: setup
	@QIANSHOU_HOME=$${QIANSHOU_HOME:-var/replay} $(BIN)/qianshou replay --from 2022-02-25 --to 2026-01-31 --seed 1

# The long proof of the replay: a hundred kills over both batches end in the same bytes as none (about ten minutes).
prove-replay: dev
	@PROOF_REPLAY_KILLS=100 $(BIN)/python -m pytest -q tests/journeys/test_replay.py -k killed

# Every page of every role by axe, large and small (about ten minutes); `make test` asks axe only where a page has something
# that none before it had.
prove-pages: dev
	@PROOF_PAGES=all $(BIN)/python -m pytest -q tests/e2e/test_every_page.py

# Measures the speeds promised and prints them as ratios.
bench: dev
	@$(BIN)/python -m benchmarks

# The proofs of the post in full: 1,000 kills of a busy dispatcher, four dispatchers with 10,000 letters on both databases,
# 2,000 letters through every fault. PROOF_KILLS, PROOF_LETTERS, PROOF_FAULTY and PROOF_SEED choose other measures;
# `make test` runs them bounded (15, 1,000, 100).
prove-post: dev
	@bash deploy/postgres.sh
	PROOF_KILLS=$${PROOF_KILLS:-1000} PROOF_LETTERS=$${PROOF_LETTERS:-10000} PROOF_FAULTY=$${PROOF_FAULTY:-2000} \
		$(BIN)/python -m pytest -s -q tests/notifications/test_kills.py tests/notifications/test_faults.py

# Renews the pinned versions; look at what changed and run the tests before committing it.
pins:
	bash deploy/pins.sh
