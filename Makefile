# Two commands do everything: `make report` and `make test`.
# Another interpreter:  make PYTHON=python3.13 VENV=.venv313 test

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --quiet --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links

# Bytecode compiled at install halves the start of every process; a container that forbids it is overruled.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH

.PHONY: report test lab browser cluster bench gallery check format lock schema clean help
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

report: $(READY) ## environment, demo data if no real exports are there, cleaning, evidence, all reports
	$(BIN)/yiduiyi demo --if-empty
	$(BIN)/yiduiyi run

test: $(READY) ## environment, all tests, every notebook by nbval
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

lab: $(READY) ## JupyterLab in Chinese, at notebooks/start.ipynb
	$(BIN)/yiduiyi lab

browser: $(READY) ## what the checks in a browser need beside Debian's chromium and libreoffice
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-browser.lock

cluster: $(READY) ## what `yiduiyi run --on` needs: dask.distributed, the extra [cluster]
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-cluster.lock

bench: ## this project beside other ways to run the same notebooks, in an environment of its own; some ten minutes
	$(MAKE) VENV=$(VENV)-bench cluster
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.lock
	$(VENV)-bench/bin/python benchmarks/runs.py

gallery: browser ## pictures of the demo's reports for the README: needs chromium, LibreOffice and `make report`
	$(BIN)/python docs/gallery.py

check: $(READY) ## style of code and notebooks, outputs in git
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/nbstripout --verify notebooks/*.ipynb notebooks/gallery/*.ipynb

format: $(READY) ## bring code and notebooks into style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout notebooks/*.ipynb notebooks/gallery/*.ipynb

lock: $(READY) ## renew requirements.lock from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) --group dev pyproject.toml --upgrade -o requirements.lock
	$(COMPILE) --group browser --upgrade -o requirements-browser.lock
	$(COMPILE) --extra cluster --constraint requirements.lock pyproject.toml --upgrade -o requirements-cluster.lock
	$(COMPILE) --group bench --constraint requirements-cluster.lock --upgrade -o requirements-bench.lock

schema: $(READY) ## renew docs/manifest.schema.json from the program
	$(BIN)/python -m yiduiyi_analysis.publish.schema > docs/manifest.schema.json

clean: ## remove the environment and everything a run makes (exports in data/incoming stay)
	rm -rf .venv .venv3* data/demo data/clean data/results reports/current reports/runs .yiduiyi
	rm -rf .pytest_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml share/jupyter/lab/settings/overrides.json
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@
