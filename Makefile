# Each of these works as the very first command on a fresh clone.
# PYTHON names the Python to use; without it, the first of these that is new enough.
FOUND := $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$one && break; done)
PYTHON ?= $(FOUND)
BIN := .venv/bin
# Four processes for two cores: what takes long mostly waits.
SHARED := --numprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: install install-dev exercises demo test quick lint benchmark fuzz stability parity clean

install: .venv/installed  ## the environment .venv, with everything pinned by constraints.txt

install-dev: .venv/installed-dev  ## and with what developers need

.venv/installed .venv/installed-dev: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "The kit needs Python 3.11 or newer, and there is none here: get one, and name it if it is not called python3, as in make install PYTHON=/path/to/python."; exit 1; }
	@$(PYTHON) tools/install.py $(if $(findstring dev,$@),dev)
	@touch .venv/installed $@

exercises: install  ## exercises/ from solutions/
	$(BIN)/autograder release

demo: exercises  ## a sample class from an LMS's download to one page, marks and pages to hand back
	$(BIN)/python -m tests.demo .

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint  ## everything that CI checks
	$(BIN)/python -m pytest tests/test_attacks.py  # alone: see FIRST in tests/conftest.py
	$(BIN)/python -m pytest --ignore=tests/test_attacks.py $(SHARED) --cov  # how much of the kit runs may only rise

quick: install-dev  ## a verdict on a change, in under three minutes: all but what takes long
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -m "not slow" $(SHARED)

benchmark: install-dev  ## speed, as ratios against what one would otherwise use; takes half an hour
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.phases
	$(BIN)/python -m benchmarks.checking
	$(BIN)/python -m benchmarks.watching
	$(BIN)/python -m benchmarks.scaling

fuzz: install-dev  ## every fuzz test for ten minutes
	$(BIN)/python -m tests.fuzz

stability: install-dev  ## the verdict of every random answer under 20 seeds; takes ten minutes
	SEEDS=20 $(BIN)/python -m pytest tests/lessons/test_answers.py --numprocesses 2

parity: install-dev  ## every notebook of the tests, and the class, in a real kernel and here; takes ten minutes
	PARITY=all $(BIN)/python -m pytest tests/test_parity.py --numprocesses 2 --dist load

clean:  ## what was built; hand-ins and marks in course/ stay
	rm -rf solutions/*/ build *.egg-info .venv/installed*
