# Each target installs what it needs. Taken from the machine: make, git, a POSIX shell and Python >= 3.11.

# The first of these that will do makes .venv.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
BIN := .venv/bin
EXAMPLE := examples/classificator/krt.yml
# Writes the lock files, for all Pythons at once, and is needed for nothing else.
UV := uv==0.13.9

.PHONY: help demo deps tools lint reference format unit test pythons integration browser browser-deps shells shells-deps site e2e cluster cluster-deps e2e-node golden bench lock clean

help:    ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(BIN)/krtc ## compile the example in all three forms and list what came out
	@rm -rf build/demo
	@for form in manifests kustomize helm; do \
	    set -- compile $(EXAMPLE) --status started --to $$form -o build/demo/$$form; \
	    printf '\n$$ krtc %s\n' "$$*"; \
	    $(BIN)/krtc "$$@" || exit; \
	    (cd build/demo/$$form && find . -type f | cut -c 3- | LC_ALL=C sort | xargs wc -l); \
	done

deps: .venv/.deps ## make .venv with all that developing needs, pinned

tools: deps ## build the third-party programs that tests run (cached outside the checkout)
	$(BIN)/python tools/build.py
	$(BIN)/python tools/schemas.py
	$(BIN)/python tools/files.py

lint: deps ## ruff, mypy and import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

reference: deps ## write the schemas and the reference pages anew, from the model
	$(BIN)/python -m krtc.model.schema schemas
	$(BIN)/python tools/reference.py

format: deps ## mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

unit: deps ## the unit tests alone, with few examples of each property, in a minute
	$(BIN)/pytest -n 2 --hypothesis-profile quick tests/unit

test: tools ## all tests but those of the targets below, with coverage
	$(BIN)/pytest -n 2 --dist loadgroup tests/unit tests/golden --cov
	$(BIN)/pytest -n 2 --dist loadgroup tests --ignore tests/unit --ignore tests/golden --ignore tests/large --ignore tests/browser --ignore tests/e2e --ignore tests/e2e_node --ignore tests/shells --ignore tests/site

pythons: deps ## the unit tests on the machine's other Pythons
	$(BIN)/python tests/other_pythons.py

integration: tools ## the tests that take long, and those against programs that are long to build
	$(BIN)/python tools/build.py --integration
	$(BIN)/pytest -n 2 tests/large

e2e: tools ## the tests on a real control plane, whose programs are long to build
	$(BIN)/python tools/build.py --e2e
	$(BIN)/pytest tests/e2e

cluster: tools ## the cluster of those tests, to try things on: until Ctrl-C
	$(BIN)/python tools/build.py --e2e
	$(BIN)/python -m tests.e2e.cluster

# What a node is made of beside the programs of tools/.
NODE := containerd runc containernetworking-plugins iptables conntrack iproute2 util-linux busybox-static nginx
BROWSER := chromium fonts-dejavu-core poppler-utils
SHELLS := zsh fish mandoc

# Installs the packages $(1) of Debian.
define install
	@missing=$$(for name in $(1); do \
	    dpkg-query --show --showformat '$${Status}' $$name 2>/dev/null | grep -q 'ok installed' || printf ' %s' $$name; \
	done); \
	[ -z "$$missing" ] && echo 'all of it is installed' && exit; \
	[ "$$(id -u)" = 0 ] || { echo "missing, and only root can install it: apt-get install$$missing" >&2; exit 1; }; \
	apt-get update -q && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing
endef

cluster-deps: ## install from Debian what `make e2e-node` needs, as root
	$(call install,$(NODE))

browser-deps: ## install from Debian what `make browser` needs, as root
	$(call install,$(BROWSER))

browser: deps ## the tests of pages in a real browser, which browser-deps installed
	$(BIN)/pytest -n 2 tests/browser

e2e-node: tools ## the tests on a real node, as root, on what cluster-deps installed
	@[ "$$(id -u)" = 0 ] || { echo 'make e2e-node runs containers: it needs root' >&2; exit 1; }
	$(BIN)/python tools/build.py --e2e --e2e-node
	$(BIN)/pytest tests/e2e_node

shells-deps: ## install from Debian what `make shells` needs, as root
	$(call install,$(SHELLS))

shells: deps ## type into zsh and fish, and lint the manual, with what shells-deps installed
	@for name in $(SHELLS); do \
	    command -v $$name >/dev/null || { echo "make shells needs $$name: make shells-deps" >&2; exit 1; }; \
	done
	$(BIN)/pytest tests/shells

site: build/site-env/.deps deps ## build the site of docs/ into build/site, and look for what it should not have
	NO_MKDOCS_2_WARNING=1 build/site-env/bin/mkdocs build --strict # --quiet would count no warnings
	$(BIN)/pytest tests/site

golden: deps ## rewrite the expected outputs, to be read as a diff
	$(BIN)/pytest tests/golden --update-golden

bench: tools ## krtc and its peers in turn, as ratios; WRITE=--write keeps them in benchmarks/results
	$(BIN)/python benchmarks/run.py $(WRITE)

lock: $(BIN)/pip ## pin requirements/*.in anew; UPGRADE=--upgrade takes the newest versions
	$(BIN)/python -m venv build/lock
	build/lock/bin/pip install --quiet $(UV)
	for name in install unit dev; do \
	    build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
	        --custom-compile-command 'make lock' pyproject.toml requirements/$$name.in -o requirements/$$name.txt || exit; \
	done
	for name in bench site; do \
	    build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
	        --custom-compile-command 'make lock' requirements/$$name.in -o requirements/$$name.txt || exit; \
	done

clean: ## remove everything that these targets make, but for the cache of tools
	rm -rf .venv .venvs .tools build dist .coverage .hypothesis .*_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip and not python is the witness: where ensurepip is missing, venv leaves a python behind and fails.
$(BIN)/pip:
	@for python in $(PYTHON); do \
	    if $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "$$python -m venv .venv"; exec $$python -m venv --clear .venv; \
	    fi; \
	done; \
	echo 'krtc needs Python >= 3.11 with venv, and none of these is one: $(PYTHON). Try make PYTHON=/path/to/python3' >&2; \
	exit 1

# What a user installs. After `make deps` it is there already, and nothing runs.
$(BIN)/krtc: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable .

build/site-env/.deps: requirements/site.txt | $(BIN)/pip
	$(BIN)/python -m venv --clear build/site-env
	build/site-env/bin/pip install --quiet --require-hashes --requirement requirements/site.txt
	@touch $@

.venv/.deps: requirements/dev.txt pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
