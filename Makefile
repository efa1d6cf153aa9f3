# `make` synthesizes every environment, then shows, proves and scans the output. `make test` runs every check.
# Both set up .venv first. You need Python 3.11 or later, make and access to PyPI.

PYTHON ?= python3
# The environment variables of main.py work here too.
ESTATE ?= $(or $(ISTHMUS_ESTATE),environments.estate)
OUT ?= $(or $(CDKTF_OUTDIR),cdktf.out)

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin

export ISTHMUS_ESTATE := $(ESTATE)
export UV_PYTHON_DOWNLOADS := never
export CHECKPOINT_DISABLE := 1

.DEFAULT_GOAL := all
.PHONY: all synth show prove scan test lint types unit browser docs fuzz coverage mutants clean

all: synth show prove scan

synth: $(VENV)/.ready
	@CDKTF_OUTDIR=$(OUT) $(BIN)/python main.py

show: $(VENV)/.ready
	@$(BIN)/isthmus show $(OUT)

prove: $(VENV)/.ready
	@$(BIN)/isthmus prove $(OUT)

# waivers.toml lists the findings that this estate accepts, with reasons.
scan: $(VENV)/.ready
	@$(BIN)/isthmus scan $(OUT) --waivers waivers.toml

test: lint types unit

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready
	$(BIN)/mypy

unit: $(VENV)/.ready
	$(BIN)/pytest

# Installs what the tests of HTML reports in a browser need in addition to Chromium.
browser: $(VENV)/.ready
	@$(SYNC) --group browser

# Builds the documentation site into `site`. A link without a target is an error.
docs: $(VENV)/.ready
	@$(SYNC) --group docs
	$(BIN)/zensical build --strict --clean

# Runs the property-based tests with new random examples, repeatedly for MINUTES (0: once).
# `make test` uses the same examples in every run.
MINUTES ?= 0
FUZZED ?= tests/properties tests/network tests/proof tests/reading tests/scan tests/intent tests/testing
fuzz: $(VENV)/.ready
	@end=$$(( $$(date +%s) + 60 * $(MINUTES) )); \
	while HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest $(FUZZED); do [ "$$(date +%s)" -lt "$$end" ] || exit 0; done; exit 1

# Measures the tests: branch coverage, and mutants killed (benchmarks/README.md).
coverage: $(VENV)/.ready
	@$(SYNC) --group measure
	$(BIN)/pytest --cov --cov-report=term:skip-covered

MUTANTS ?= *
mutants: $(VENV)/.ready
	@$(SYNC) --group measure
	$(BIN)/python -m benchmarks.mutants '$(MUTANTS)'

# Installs the packages of uv.lock into .venv. Installs uv into .uv if there is no uv.
SYNC = uv=$$(command -v uv || true); \
	if [ -z "$$uv" ] || ! "$$uv" self version >/dev/null 2>&1; then \
	  uv=.uv/bin/uv; \
	  [ -x $$uv ] || { $(PYTHON) -m venv .uv && .uv/bin/python -m pip --quiet --disable-pip-version-check install uv==$(UV_VERSION); } || exit 1; \
	fi; \
	"$$uv" sync --frozen --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"

# Make updates .venv when pyproject.toml or uv.lock changes. .venv holds the paths of this folder and of its Python, so
# make creates it anew in a copy of this folder, and when that Python no longer exists.
USABLE := $(shell [ -x $(BIN)/python ] && cat $(VENV)/.ready 2>/dev/null)
ifneq ($(USABLE),$(CURDIR))
.PHONY: $(VENV)/.ready
endif
$(VENV)/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Isthmus needs Python 3.11 or later; $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'
	@[ '$(USABLE)' = '$(CURDIR)' ] || rm -rf $(VENV)
	@$(SYNC)
	@echo '$(CURDIR)' > $@

clean:
	rm -rf $(VENV) .uv $(OUT) site
