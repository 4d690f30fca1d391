# make run: set up, train if needed, start.   make test: set up, run every test.   make help: the rest.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

.PHONY: help setup setup-dev run chat train test monkey evaluate evaluate-accept evaluate-peers ablate bench bench-nlu lint format lock clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

setup:
	@scripts/setup requirements/bot.txt

setup-dev:
	@scripts/setup requirements/dev.txt

run: setup ## set up, train if needed, start the bot
	@$(PYTHON) scripts/train.py
	@$(PYTHON) scripts/run.py

chat: setup ## the same bot in the terminal
	@$(PYTHON) scripts/train.py
	@$(PYTHON) scripts/chat.py

train: setup ## train if what the model is made of has changed
	@$(PYTHON) scripts/train.py

test: setup-dev ## set up, lint, and run every test
	@scripts/test

evaluate: setup-dev ## train if needed, score the labelled sets, write an HTML report; SETS="a.tsv b.tsv" adds more
	@$(PYTHON) -m evaluation $(SETS)

evaluate-accept: setup-dev ## make the latest report the baseline that others are compared with
	@$(PYTHON) -m evaluation.accept

evaluate-peers: setup-dev ## our pipeline beside Rasa's own, trained on the same examples (DIET: hours the first time)
	@$(PYTHON) -m evaluation.compare_peers $(OPTIONS) --sets $(SETS)

ablate: setup-dev ## what each part of the pipeline is worth: train and score it without that part
	@$(PYTHON) -m evaluation.ablations $(SETS)

bench-nlu: setup-dev ## how fast messages are parsed, beside the peers that are trained
	@$(PYTHON) -m benchmarks.parse_latency $(OPTIONS)

monkey: setup-dev ## send 5,000 random lines to a running bot and check every answer
	@.venv/bin/python scripts/train.py
	@.venv/bin/python -m tests.conversations.monkey

lint: setup-dev ## ruff and mypy
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

format: setup-dev ## apply ruff's fixes and format
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

bench: setup-dev ## measure start, memory and turns against `rasa run`; goes on where it was stopped
	@scripts/setup requirements/bench.txt .venv-bench
	@$(PYTHON) scripts/train.py
	@.venv-bench/bin/python -m benchmarks.turns

lock: ## resolve pyproject.toml anew into requirements/ (needs uv)
	@scripts/lock

clean: ## remove everything that set-up, training and running have made
	rm -rf .venv .venv-bench build models .rasa results *.db .pytest_cache .mypy_cache .ruff_cache .hypothesis
