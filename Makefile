# Each of these works as the very first command on a fresh clone.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: install exercises demo test quick lint benchmark fuzz stability clean

install: $(BIN)/.installed  ## the environment .venv, with everything pinned by constraints.txt

$(BIN)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m compileall -qq -j 0 .venv/lib || true  # on all cores, which pip does not; some files are no Python on purpose
	touch $@

exercises: install  ## exercises/ from solutions/
	$(BIN)/autograder release

demo: exercises  ## grade the sample class and say where to look
	$(BIN)/python -m tests.sample_class .
	for lesson in solutions/*.py; do $(BIN)/autograder grade "$$(basename "$$lesson" .py)" || exit; done

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint  ## everything that CI checks
	$(BIN)/python -m pytest tests/test_attacks.py  # alone: see FIRST in tests/conftest.py
	$(BIN)/python -m pytest --ignore=tests/test_attacks.py --numprocesses 3 --dist loadfile --no-loadscope-reorder  # of two cores: some wait more than they compute

quick: install  ## a verdict on a change, in under three minutes: all but what takes long
	$(BIN)/ruff check .
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile -m "not slow"

benchmark: install  ## speed, as ratios against what one would otherwise use; takes half an hour
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.phases
	$(BIN)/python -m benchmarks.checking
	$(BIN)/python -m benchmarks.watching
	$(BIN)/python -m benchmarks.scaling

fuzz: install  ## every fuzz test for ten minutes
	$(BIN)/python -m tests.fuzz

stability: install  ## the verdict of every random answer under 20 seeds; takes ten minutes
	SEEDS=20 $(BIN)/python -m pytest tests/lessons/test_answers.py --numprocesses 2

clean:  ## what was built; hand-ins and marks in course/ stay
	rm -rf solutions/*/ build *.egg-info .venv/bin/.installed
