# Quan Trắc: what a person types. Needs make, git and Python >= 3.11 with venv; fetches the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
export UV_PYTHON_DOWNLOADS := never

UV := $(shell command -v uv || echo .uv/bin/uv)
BIN := .venv/bin
ARGS ?=
PYTEST_ARGS ?=

.PHONY: help demo test check bench web env-demo env-dev env-ultralytics system-packages clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: env-demo web ## Watch three simulated stations and a 360° camera in a browser (ARGS="--port 8081" and so on)
	@exec $(BIN)/quantrac-demo $(ARGS)

test: system-packages check web env-ultralytics ## Everything that must hold before a change is handed in
	@UV="$(UV)" tools/web check
	$(BIN)/pytest -n 2 --dist loadfile -m "not faults and not ultralytics" $(PYTEST_ARGS)
	.venv-ultralytics/bin/pytest -m ultralytics tests/vision/detection
	$(BIN)/pytest -n 6 -m "faults and not ultralytics" $(PYTEST_ARGS)

check: env-dev ## Style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: env-dev ## Measure, beside the plain way of doing the same
	$(BIN)/python -m benchmarks $(ARGS)

web: env-demo ## Build the page, when its sources changed
	@UV="$(UV)" tools/web build

clean: ## Remove what was built and what the demo kept
	rm -rf .venv .venv-ultralytics .uv .demo web/node_modules gateway/web_dist

env-demo: $(UV)
	@$(UV) sync --quiet --frozen --inexact --no-dev --extra demo

env-dev: $(UV)
	@$(UV) sync --quiet --frozen --all-groups --extra demo

# Ultralytics brings torch (several GB): its tests show that nothing else needs it.
env-ultralytics: $(UV)
	@UV_PROJECT_ENVIRONMENT=.venv-ultralytics $(UV) sync --quiet --frozen --all-groups \
		--extra vision --extra ultralytics

system-packages:
	@tools/system-packages

.uv/bin/uv:
	@tools/bootstrap-uv
