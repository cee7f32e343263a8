# Glossator. Type 'make help'. Works with GNU make 3.81 and -j.
CORPUS  ?= demo
TO      ?= xlsx
PYTHON  ?= python3
GLOSS   ?= .venv/bin/glossator
C       := corpora/$(CORPUS)
B       := $(C)/build
CFG     := configs/$(CORPUS).toml
BOOK    := $(shell sed -n 's/^codebook *= *"\(.*\)".*/\1/p' $(CFG) 2>/dev/null)
MODEL   := $(wildcard configs/codebooks/$(BOOK).yaml models/$(BOOK)/current)
PEOPLE  := $(wildcard $(C)/participants.csv $(C)/participants.xlsx)
# raw files may have spaces in their names, which make cannot hold: find compares the dates
NEWER   := $(shell find $(C)/raw $(C)/imported/texts -newer $(B)/turns.parquet 2>/dev/null | head -n 1)
# exit code 4 says "done, with things to confirm": the work goes on
CONFIRM := || test $$? -eq 4

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help demo run review bench retrain export report test lint check docs format clean FORCE

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1@\2/p' Makefile | awk -F@ '{printf "%-14s %s\n", $$1, $$2}'

demo: .venv/done ## the whole pipeline on the bundled sample corpus
	$(GLOSS) --jobs 2 demo

review: $(B)/suggestions.parquet ## open the review page of CORPUS=name for CODER=name
	$(GLOSS) review $(CORPUS) --coder $(CODER)
bench: .venv/dev ## the benchmarks that take minutes; each prints a table and writes JSON
	.venv/bin/python benchmarks/ingest_formats.py
	.venv/bin/python benchmarks/suggest.py
	.venv/bin/python benchmarks/review.py
run: $(B)/suggestions.parquet ## bring CORPUS=name up to date, as far as a machine can
$(B)/turns.parquet: $(CFG) $(PEOPLE) $(if $(NEWER),FORCE) | .venv/done
	$(GLOSS) ingest $(CORPUS) $(CONFIRM)
$(B)/segments.parquet: $(B)/turns.parquet
	$(GLOSS) segment $(CORPUS)
$(B)/suggestions.parquet: $(B)/segments.parquet $(MODEL)
	$(GLOSS) suggest $(CORPUS)

retrain: $(B)/segments.parquet ## learn from what people decided in CORPUS=name, then suggest again
	$(GLOSS) train $(CORPUS)
	$(GLOSS) suggest $(CORPUS)
export: $(B)/segments.parquet ## write the reviewed codes of CORPUS=name as TO=xlsx, csv, parquet, jsonl
	$(GLOSS) export $(CORPUS) --to $(TO)
report: $(B)/segments.parquet ## write tables, figures and the page of CORPUS=name
	$(GLOSS) report $(CORPUS)

test: .venv/dev ## every test
	.venv/bin/pytest -n auto --dist loadfile
lint: .venv/dev ## form, rules, types, floors
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/mypy --platform win32 --cache-dir .mypy_cache/win32 pipeline
	.venv/bin/lint-imports
check: lint test ## everything that must be green before a commit
docs: .venv-docs/done ## the documentation as pages, in build/site
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --quiet --strict
format: .venv/dev ## bring the code into form
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

.venv/done: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Glossator needs Python 3.11 or newer; this is %d.%d. Name another: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
.venv/dev: .venv/done requirements-dev.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

.venv-docs/done: requirements-docs.lock
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	touch $@

clean: ## delete what a machine made of CORPUS=name, and nothing else
	rm -rf $(B)
