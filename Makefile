# Try it:  make run     Test it:  make test     Everything that CI does:  make ci
# PORT, GATEWAY_PORT, KEYPAD_PORT and DATABASE_URL are honoured: make run PORT=8080

VENV = .venv
BIN = $(VENV)/bin
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
PIP_COMPILE = CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --quiet \
	--generate-hashes --strip-extras --allow-unsafe --no-emit-options \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
RANDOM = $$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))')
CATALOGUES = $(wildcard locale/*/LC_MESSAGES/django.po)
MESSAGES = --all --no-location --no-wrap --no-obsolete \
	$(addprefix --ignore=,.venv docs static tests var)
PRODUCTION = @DEMO=false BASE_URL=https://charge.example \
	SECRET_KEY=$(RANDOM) PIN_PEPPER=$(RANDOM)

.PHONY: run test lint fmt types check bench ci install requirements manage messages

run: $(VENV)/.runtime
	@exec $(BIN)/python -m wallportal.embedded

test: $(VENV)/.development
	@exec $(BIN)/python -m tests.run $(ARGS)

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/lint-imports --no-logo

fmt: $(VENV)/.development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.development
	$(BIN)/mypy .

check: $(VENV)/.development
	$(PRODUCTION) $(BIN)/python manage.py makemigrations --check
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.development
	@exec $(BIN)/python -m tests.bench $(ARGS)

ci:
	@exec bash .ci/run

install: $(VENV)/.development

# Runs a management command on what `make run` has made:
#   make manage DO="createsuperuser"
manage: $(VENV)/.runtime
	@exec $(BIN)/python -m wallportal.embedded $(DO)

# Brings locale/ up to date with the words in the code; needs gettext.
messages: $(VENV)/.development
	$(PRODUCTION) $(BIN)/python manage.py makemessages $(MESSAGES)
	@sed -i.old '/^"POT-Creation-Date:/d' $(CATALOGUES) && rm -f $(CATALOGUES:=.old)
	$(PRODUCTION) $(BIN)/python manage.py compilemessages --ignore=.venv

requirements: $(VENV)/.made
	$(BIN)/python -m pip install --quiet pip-tools
	$(PIP_COMPILE) $(ARGS) --output-file requirements.txt requirements.in
	$(PIP_COMPILE) $(ARGS) --output-file requirements-dev.txt requirements-dev.in

$(VENV)/.runtime: requirements.txt | $(VENV)/.made
	@echo "Installing what WallPortal needs ..."
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.development: requirements-dev.txt | $(VENV)/.made
	@echo "Installing what development needs ..."
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

$(VENV)/.made:
	@for python in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			"$$python" -m venv $(VENV) && touch $@ && exit 0; \
			echo "Python cannot make a virtual environment here. On Debian or Ubuntu: apt install python3-venv"; \
			exit 1; \
		fi; \
	done; \
	echo "WallPortal needs Python 3.11 or newer; $$(python3 --version 2>/dev/null || echo no python3) was found."; \
	exit 1
