# `make` synthesizes every environment, shows the result, proves it and scans it; `make test` runs every check.
# Both set up what they need. Only Python 3.11 or later, make and PyPI are assumed.

PYTHON ?= python3
# What main.py goes by is heard here too.
ESTATE ?= $(or $(ISTHMUS_ESTATE),environments.estate)
OUT ?= $(or $(CDKTF_OUTDIR),cdktf.out)

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin

export ISTHMUS_ESTATE := $(ESTATE)
export UV_PYTHON_DOWNLOADS := never
export CHECKPOINT_DISABLE := 1

.DEFAULT_GOAL := all
.PHONY: all synth show prove scan test lint types unit docs fuzz coverage mutants clean

all: synth show prove scan

synth: $(VENV)/.ready
	@CDKTF_OUTDIR=$(OUT) $(BIN)/python main.py

show: $(VENV)/.ready
	@$(BIN)/isthmus show $(OUT)

prove: $(VENV)/.ready
	@$(BIN)/isthmus prove $(OUT)

# What this estate has decided not to follow, with reasons: waivers.toml.
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

# The documentation site, in `site`. A link without a target is an error.
docs: $(VENV)/.ready
	@$(SYNC) --group docs
	$(BIN)/zensical build --strict --clean

# The property-based tests with other examples in every run, again and again for MINUTES (0: once).
# `make test` tries the same examples each time.
MINUTES ?= 0
FUZZED ?= tests/properties tests/network tests/proof tests/reading tests/scan tests/intent tests/testing
fuzz: $(VENV)/.ready
	@end=$$(( $$(date +%s) + 60 * $(MINUTES) )); \
	while HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest $(FUZZED); do [ "$$(date +%s)" -lt "$$end" ] || exit 0; done; exit 1

# What the tests themselves are worth, by branches run and by mutants killed: benchmarks/README.md.
coverage: $(VENV)/.ready
	@$(SYNC) --group measure
	$(BIN)/pytest --cov --cov-report=term:skip-covered

MUTANTS ?= *
mutants: $(VENV)/.ready
	@$(SYNC) --group measure
	$(BIN)/python -m benchmarks.mutants '$(MUTANTS)'

# Brings .venv to what uv.lock says, with a uv of its own where there is none.
SYNC = uv=$$(command -v uv || true); \
	if [ -z "$$uv" ] || ! "$$uv" self version >/dev/null 2>&1; then \
	  uv=.uv/bin/uv; \
	  [ -x $$uv ] || { $(PYTHON) -m venv .uv && .uv/bin/python -m pip --quiet --disable-pip-version-check install uv==$(UV_VERSION); } || exit 1; \
	fi; \
	"$$uv" sync --frozen --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"

# The environment is rebuilt when what it is made from changes, and from nothing where it is of no use any more: it knows
# this folder and its Python by their paths, so it outlives neither a copy to another folder nor that Python.
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
