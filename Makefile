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
.PHONY: all help synth show prove scan cost draw handover diff test lint types unit browser docs wheel release fuzz coverage mutants clean

all: synth show prove scan  ## synthesize every environment, then show, prove and scan the output (the default)

synth: $(VENV)/.runs  ## write the Terraform of the estate into the output folder
	@CDKTF_OUTDIR=$(OUT) $(BIN)/python main.py

show: $(VENV)/.runs  ## show what the output holds, and what to do next
	@$(BIN)/isthmus show $(OUT)

prove: $(VENV)/.runs  ## prove that every intended flow is reachable, and no other flow is
	@$(BIN)/isthmus prove $(OUT)

# waivers.toml lists the findings that this estate accepts, with reasons.
scan: $(VENV)/.runs  ## check the security posture of the output
	@$(BIN)/isthmus scan $(OUT) --waivers waivers.toml

cost: $(VENV)/.runs  ## estimate the monthly cost of the output
	@$(BIN)/isthmus cost $(OUT)

draw: $(VENV)/.runs  ## draw the network as a Mermaid diagram
	@$(BIN)/isthmus draw $(OUT)

handover: $(VENV)/.runs  ## write a hand-over sheet for each VPN connection
	@$(BIN)/isthmus handover $(OUT)

# The output of another commit, for example of a worktree of the main branch.
BASE ?=
diff: $(VENV)/.runs  ## compare the output with another one: make diff BASE=../main/cdktf.out
	@[ -n "$(BASE)" ] || { echo 'make diff needs the other output: make diff BASE=../main/cdktf.out' >&2; exit 2; }
	@$(BIN)/isthmus diff $(BASE) $(OUT)

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: lint types unit  ## run every check: lint, types, unit

lint: $(VENV)/.ready  ## check the style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready  ## check the types of the code
	$(BIN)/mypy

unit: $(VENV)/.ready  ## run the tests
	$(BIN)/pytest

# Installs what the tests of HTML reports in a browser need in addition to Chromium.
browser: $(VENV)/.ready  ## install what the browser tests need in addition to Chromium
	@$(SYNC) --group browser

# Builds the documentation site into `site`. A link without a target is an error.
docs: $(VENV)/.ready  ## build the documentation site into `site`
	@$(SYNC) --group docs
	$(BIN)/zensical build --strict --clean

wheel:  ## build the wheel of Isthmus into `dist`
	@$(UV); "$$uv" build --quiet --wheel --python $(PYTHON) --out-dir dist && ls dist/*.whl

# Checks, sets the version, commits it, builds, and tags (docs/how-to/release.md). It uploads nothing.
VERSION ?=
release: $(VENV)/.ready  ## make a release, up to the upload: make release VERSION=1.2.0
	@[ -n "$(VERSION)" ] || { echo 'make release needs the version: make release VERSION=1.2.0' >&2; exit 2; }
	@$(UV); UV="$$uv" $(BIN)/python -m release "$(VERSION)"

# Runs the property-based tests with new random examples, repeatedly for MINUTES (0: once).
# `make test` uses the same examples in every run.
MINUTES ?= 0
FUZZED ?= tests/properties tests/network tests/proof tests/reading tests/scan tests/intent tests/testing
fuzz: $(VENV)/.ready  ## run the property-based tests with new examples, for MINUTES=0
	@end=$$(( $$(date +%s) + 60 * $(MINUTES) )); \
	while HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest $(FUZZED); do [ "$$(date +%s)" -lt "$$end" ] || exit 0; done; exit 1

# Measures the tests: branch coverage, and mutants killed (benchmarks/README.md).
coverage: $(VENV)/.ready  ## measure the branch coverage of the tests
	@$(SYNC) --group measure
	$(BIN)/pytest --cov --cov-report=term:skip-covered

MUTANTS ?= *
mutants: $(VENV)/.ready  ## count the mutants that the tests kill
	@$(SYNC) --group measure
	$(BIN)/python -m benchmarks.mutants '$(MUTANTS)'

# Finds uv, or installs it into .uv.
UV = uv=$$(command -v uv || true); \
	if [ -z "$$uv" ] || ! "$$uv" self version >/dev/null 2>&1; then \
	  uv=.uv/bin/uv; \
	  [ -x $$uv ] || { $(PYTHON) -m venv .uv && .uv/bin/python -m pip --quiet --disable-pip-version-check install uv==$(UV_VERSION); } || exit 1; \
	fi
# Installs packages of uv.lock into .venv: what the commands above run with, or also what the tests of Isthmus need. The
# first leaves packages of the second where they are.
SYNC = $(UV); "$$uv" sync --frozen --quiet --extra synth --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
SYNC_TO_RUN = $(SYNC) --extra scan --no-dev --inexact

# Make updates .venv when pyproject.toml or uv.lock changes. .venv holds the paths of this folder and of its Python, so
# make creates it anew in a copy of this folder, and when that Python no longer exists.
USABLE := $(shell [ -x $(BIN)/python ] && cat $(VENV)/.runs $(VENV)/.ready 2>/dev/null | head -n 1)
ifneq ($(USABLE),$(CURDIR))
.PHONY: $(VENV)/.runs $(VENV)/.ready
endif
$(VENV)/.runs: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Isthmus needs Python 3.11 or later; $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'
	@[ '$(USABLE)' = '$(CURDIR)' ] || rm -rf $(VENV)
	@$(SYNC_TO_RUN)
	@echo '$(CURDIR)' > $@

$(VENV)/.ready: $(VENV)/.runs
	@$(SYNC)
	@echo '$(CURDIR)' > $@

clean:  ## remove .venv, .uv, the output folder, dist and site
	rm -rf $(VENV) .uv $(OUT) dist site
