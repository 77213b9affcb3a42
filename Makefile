# make demo   a report on the sample logs; needs Python >= 3.11 and nothing else
# make test   all tests, with coverage; .ci/run adds the checks

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
OUT := demo_out
LOGS := sample_logs
TOOL := $(BIN)/python -m extractscan
ANALYZE := $(TOOL) analyze --quiet --reproducible --no-progress

# What finds and judges; `make test` wants every branch of it to be tried.
E := extractscan
CORE := $E/reduce.py,$E/shingles.py,$E/customers.py,$E/incidence.py,$E/profiles.py,$E/judged.py,$E/folding.py,$E/linking.py,$E/membership.py,$E/seeding.py,$E/webs.py,$E/ties.py,$E/growing.py,$E/parting.py,$E/networks.py,$E/null_test.py,$E/comparing.py,$E/release.py
CORE := $(CORE),$E/pools.py,$E/victims.py,$E/hands.py,$E/groundwork.py,$E/told.py,$E/trial.py,$E/harvest.py,$E/rehearing.py,$E/items.py,$E/exhibits.py,$E/compliance.py,$E/portrait.py,$E/dossier.py,$E/findings.py,$E/pipeline.py
CORE := $(CORE),$E/survey.py,$E/tabling.py,$E/asking.py,$E/events.py,$E/settling.py,$E/summaries.py,$E/keeping.py,$E/recalling.py,$E/sampling.py,$E/wordage.py,$E/worded.py,$E/seen.py
CORE := $(CORE),$E/reading.py,$E/power.py,$E/planting.py,$E/likeness.py,$E/selftest.py,$E/signals/*,$E/hypotheses/*

# The first Python of 3.11 or later; `make PYTHON=/path/to/python demo` takes another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

.PHONY: help demo test check docs clean

help:
	@echo "make demo    report on the sample logs, written to $(OUT)/ as well"
	@echo "make test    all tests, with the coverage that they have to reach"
	@echo "make check   lint, types, direction of imports, dependencies"
	@echo "make docs    write the generated pages and pictures again"
	@echo "make clean   remove $(VENV)/ and $(OUT)/"

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; give one with PYTHON=/path/to/python" >&2; exit 1; }
	@echo "creating $(VENV)/ with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "hint: Debian and Ubuntu pack venv as python3-venv" >&2; exit 1; }

$(VENV)/.tool: pyproject.toml | $(BIN)/python
	@echo "installing extractscan into $(VENV)/"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "installing extractscan and what its tests need into $(VENV)/"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@ $(VENV)/.tool

# Three logs: one with a campaign, one without, and a gateway's, which knows so little that half of the signals cannot run.
demo: $(VENV)/.tool
	@rm -rf $(OUT) && mkdir $(OUT)
	@$(ANALYZE) $(LOGS)/quiet.parquet --accounts $(LOGS)/quiet_accounts.parquet \
		-o $(OUT)/quiet.json -o $(OUT)/quiet.html -o $(OUT)/quiet.md -o $(OUT)/quiet.csv
	@$(ANALYZE) $(LOGS)/litellm.ndjson.gz -o $(OUT)/gateway.json -o $(OUT)/gateway.html -o $(OUT)/gateway.md -o $(OUT)/gateway.csv
	@$(ANALYZE) $(LOGS)/campaign.parquet --accounts $(LOGS)/campaign_accounts.parquet \
		-o $(OUT)/campaign.json -o $(OUT)/campaign.html -o $(OUT)/campaign.md -o $(OUT)/campaign.csv
	@for log in quiet gateway campaign; do \
		printf '\n\n######## %s: $(BIN)/extractscan report $(OUT)/%s.json ########\n\n' "$$log" "$$log"; \
		$(TOOL) report $(OUT)/$$log.json || exit; \
	done
	@printf '\n%s\n' "The reports above are in $(OUT)/ as JSON, HTML, Markdown and CSV. Look closer with"
	@printf '    %s\n' "$(BIN)/extractscan explain $(OUT)/campaign.json N1"

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --cov --cov-report=
	@echo "branch coverage of the core, which has to be whole:"
	@$(BIN)/python -m coverage report --include=$(CORE) --skip-covered --show-missing --fail-under=100
	@echo "branch coverage of everything (what tests run in processes of their own is not counted):"
	@$(BIN)/python -m coverage report --skip-covered --fail-under=98

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

docs: $(VENV)/.dev
	$(BIN)/python docs/generate_cli.py
	$(BIN)/python docs/generate_reference.py
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf $(VENV) $(OUT)
