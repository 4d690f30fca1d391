# make run: set up, train if needed, start.   make test: set up, run every test.   make help: the rest.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

.PHONY: help setup setup-uv setup-public setup-peers setup-dev setup-gateway setup-gateway-dev setup-web setup-web-dev setup-browser run chat train engine test test-all test-bot \
	test-gateway \
	test-web test-browser monkey faults export-labels check-knowledge knowledge-export knowledge-import new-procedure protocol evaluate evaluate-accept evaluate-peers evaluate-new-topic evaluate-redaction ablate evaluate-dialogues simulate try bench bench-nlu bench-round-trip bench-support bench-publishing bench-connections bench-scale bench-slow-line bench-set-up lint lint-python lint-web audit format \
	lock clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

# Before lanes that would both make it.
setup-uv:
	@scripts/uv >/dev/null

setup:
	@scripts/setup requirements/bot.txt

setup-dev:
	@scripts/setup requirements/dev.txt

setup-peers: ## the environment of what we are measured against: Rasa as published, with TensorFlow, on Python 3.10
	@scripts/setup requirements/peers.txt .venv-peers python3.10

setup-gateway:
	@scripts/setup gateway/requirements/run.txt gateway/.venv

setup-gateway-dev:
	@scripts/setup gateway/requirements/dev.txt gateway/.venv
	@scripts/setup-redis

setup-web: # to build it
	@scripts/setup-web

setup-web-dev:
	@scripts/setup-web --for-tests

setup-browser:
	@scripts/setup-browser

run: setup-uv ## set up, train if needed, start bot and gateway, tell the page to open
	@$(MAKE) --no-print-directory -j2 train setup-public
	@$(PYTHON) -m scripts.run

# What the public talks to; set up beside the bot, as most of both is waiting for the network and the disk.
setup-public: setup-gateway
	@scripts/setup-web

chat: setup ## the same bot in the terminal
	@$(PYTHON) -m scripts.train
	@$(PYTHON) -m scripts.chat

train: setup ## train if what the model is made of has changed
	@$(PYTHON) -m scripts.train

engine: setup ## the engine alone, without a gateway
	@$(PYTHON) -m scripts.train
	@$(PYTHON) -m scripts.serve_engine

test: ## set up, lint, and run every test; says where the time went
	@scripts/test

test-all: ## the same with long runs: all conversations on plain Rasa, PostgreSQL throughout, thousands of random ones (CONTRIBUTING.md)
	@TEST_ALL=1 scripts/test

test-bot: setup-dev ## the bot's tests
	@$(PYTHON) -m scripts.train
	@scripts/test-stories
	@$(PYTHON) -m pytest $(OPTIONS)

test-gateway: setup setup-gateway-dev ## the gateway's tests
	@$(PYTHON) -m scripts.train
	@cd gateway && .venv/bin/python -m pytest $(OPTIONS)

test-web: setup-web-dev ## the unit tests of the widget and the desk
	@scripts/with-node npm --prefix web test

test-browser: setup setup-gateway setup-web setup-browser ## real users' ways through the whole stack; screenshots in results/browser
	@$(PYTHON) -m scripts.train
	@.venv-browser/bin/python -m pytest -c tests/browser/pytest.ini tests/browser --screenshots $(OPTIONS)

evaluate: setup-dev ## train if needed, score the labelled sets, write an HTML report; SETS="a.tsv b.tsv" adds more
	@$(PYTHON) -m evaluation $(SETS)

evaluate-accept: setup-dev ## make the latest report the baseline that others are compared with
	@$(PYTHON) -m evaluation.accept

evaluate-peers: setup-dev setup-peers ## our pipeline beside Rasa's own, trained on the same examples (DIET: hours the first time)
	@$(PYTHON) -m evaluation.compare_peers $(OPTIONS) --sets $(SETS)

evaluate-new-topic: setup-dev ## how well a topic is understood from 40 examples; OPTIONS="--examples 20"
	@$(PYTHON) -m scripts.train
	@$(PYTHON) -m evaluation.new_topic $(OPTIONS)

evaluate-redaction: setup-gateway-dev ## how much of what must be masked is masked, and what else; OPTIONS="COUNT SEED" for others
	@cd gateway && .venv/bin/python -m tools.redaction $(OPTIONS)

ablate: setup-dev ## what each part of the pipeline is worth: train and score it without that part
	@$(PYTHON) -m evaluation.ablations $(SETS)

evaluate-dialogues: setup-dev ## play sets of conversations, report by kind; SETS="a.yml b.yml" for others than the project's own
	@$(PYTHON) -m scripts.train
	@$(PYTHON) -W ignore -m evaluation.conversations $(SETS) $(OPTIONS)

simulate: setup-dev ## thousands of conversations with users made by rule; coverage of data/knowledge
	@$(PYTHON) -m scripts.train
	@$(PYTHON) -W ignore -m evaluation.simulation $(OPTIONS)

try: setup-dev ## make try 我密码忘了 "点了 然后呢": parse, reading, act and reply of each message of a conversation
	@$(PYTHON) -m scripts.train
	@rm -f build/try.txt

# What follows `try` is what the user says: each word or quoted sentence comes as a target, and has those before it played.
ifeq (try,$(firstword $(MAKECMDGOALS)))
.NOTPARALLEL:
Makefile: ;
%: try
	@mkdir -p build && printf '%s\n' '$(subst ','\'',$@)' >>build/try.txt
	@$(PYTHON) -W ignore -m evaluation.conversations.explain --last-of build/try.txt
endif

bench-nlu: setup-dev setup-peers ## how fast messages are parsed, beside the peers that are trained
	@$(PYTHON) -m benchmarks.parse_latency $(OPTIONS)

monkey: setup-dev ## send 5,000 random lines to a running bot and check every answer
	@$(PYTHON) -m scripts.train
	@$(PYTHON) -m tests.conversations.monkey

COUNT ?= 50
SEED ?= 1
faults: setup setup-gateway-dev ## kill and halt gateway and engine while users talk, check what they were told; COUNT=100 SEED=7 OPTIONS="--database postgresql"
	@cd gateway && .venv/bin/python -W ignore -m tools.faults --count $(COUNT) --seed $(SEED) $(OPTIONS)

export-labels: setup-gateway ## write the messages labelled at the desk as NLU examples for review (build/labels)
	@cd gateway && UWALLET_DEVELOPMENT=$${UWALLET_DEVELOPMENT:-true} .venv/bin/python -m uwallet_gateway export-labels $(OPTIONS)

check-knowledge: setup ## check all data files without starting anything; OPTIONS=--strict refuses what is unfinished
	@$(PYTHON) -W ignore -m scripts.check_knowledge $(OPTIONS)

knowledge-export: setup ## all knowledge in one file: FILE=knowledge.zip, OPTIONS="--version 2026-03"
	@$(PYTHON) -W ignore -m scripts.knowledge_bundle export "$(or $(FILE),knowledge.zip)" $(OPTIONS)

knowledge-import: setup ## check such a file and put it in place: FILE=knowledge.zip
	@$(PYTHON) -W ignore -m scripts.knowledge_bundle import "$(or $(FILE),knowledge.zip)" $(OPTIONS)

new-procedure: setup ## make new-procedure NAME=refund_progress TITLE=查退款进度: its knowledge file, NLU examples, test conversation
	@$(PYTHON) -W ignore -m scripts.new_procedure "$(NAME)" "$(TITLE)"

protocol: setup-gateway-dev setup-web-dev ## write the TypeScript types of the protocol from the gateway's models
	@scripts/protocol

lint: lint-python lint-web ## ruff, mypy, import-linter, eslint, prettier and tsc

lint-python: setup-dev setup-gateway-dev setup-browser
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@cd gateway && .venv/bin/mypy
	@gateway/.venv/bin/lint-imports --no-cache
	@cd gateway && .venv/bin/lint-imports --no-cache
	@.venv-browser/bin/mypy --config-file tests/browser/mypy.ini

lint-web: setup-gateway-dev setup-web-dev
	@scripts/protocol --check
	@scripts/with-node npm --prefix web run --silent lint

audit: setup-uv ## look the locked packages up in the databases of known vulnerabilities (needs the network)
	@scripts/audit

format: setup-dev setup-web-dev ## apply the fixes of ruff, eslint and prettier
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
	@scripts/with-node npm --prefix web run --silent format

bench: setup-dev setup-peers ## measure start, memory and turns against `rasa run`; goes on where it was stopped
	@scripts/setup requirements/bench.txt .venv-bench
	@$(PYTHON) -m scripts.train
	@.venv-bench/bin/python -m benchmarks.turns

bench-set-up: ## time `make run` in fresh clones of two commits; OPTIONS="OLD NEW"
	@$$(scripts/python) -m benchmarks.set_up $(OPTIONS)

bench-round-trip: setup setup-gateway setup-web setup-browser ## measure a message's way through widget, gateway and engine
	@$(PYTHON) -m scripts.train
	@.venv-browser/bin/python -m benchmarks.round_trip

bench-slow-line: setup setup-gateway setup-web setup-browser ## measure how the widget opens on a slow line
	@$(PYTHON) -m scripts.train
	@.venv-browser/bin/python -m benchmarks.slow_line

bench-connections: setup-dev setup-gateway ## measure what opening a session, an idle window and a restart cost the gateway
	@$(PYTHON) -m benchmarks.connections $(OPTIONS)

bench-scale: setup setup-gateway-dev ## measure what turns cost with 1, 2 and 4 gateways and engines, and what happens at twice the capacity
	@$(PYTHON) -m scripts.train
	@cd gateway && .venv/bin/python -W ignore -m tools.scale $(OPTIONS)

bench-publishing: setup setup-gateway setup-web ## publish and roll back ten times while 100 conversations are under way
	@$(PYTHON) -m scripts.train
	@$(PYTHON) -W ignore -m benchmarks.publishing

bench-support: setup setup-gateway setup-browser ## measure messages between users and agents with 200 open chats
	@$(PYTHON) -m scripts.train
	@.venv-browser/bin/python -m benchmarks.support_latency

lock: ## resolve each pyproject.toml anew into its requirements/ (needs uv)
	@scripts/lock

clean: ## remove everything that set-up, training and running have made
	rm -rf .venv .venv-uv .venv-peers .venv-bench .venv-browser .venv-node gateway/.venv gateway/var web/node_modules web/dist build models .rasa results run *.db .pytest_cache .mypy_cache .ruff_cache .hypothesis
