# The verbs of the house: make help lists them. All of them may be run again and again; what is there already is not done again.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The linter is pinned here, because it is a tool of ours and no part of the program.
STATICCHECK_VERSION := v0.8.2
STATICCHECK := bin/tools/staticcheck-$(STATICCHECK_VERSION)

DEMO := var/demo.db
PACKAGES := node_modules/.package-lock.json
ASSETS := internal/kernel/page/assets/dist/nhsuk.css

.PHONY: help setup build run demo test check generate fresh race bench vuln clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(ASSETS) $(STATICCHECK) ## Install or find everything that building and testing need
	@scripts/needs test

build: $(ASSETS) ## Build bin/ohp
	CGO_ENABLED=0 go build -trimpath -o bin/ohp ./cmd/ohp

run: build $(DEMO) ## Set up, build, make the demonstration data if there are none, serve, print the address
	bin/ohp serve --database $(DEMO)

demo: build ## Make the demonstration data afresh
	rm -f $(DEMO) $(DEMO)-wal $(DEMO)-shm
	$(MAKE) $(DEMO)

# Written under another name first, so that demonstration data which stopped half way are not taken for whole.
$(DEMO): | build
	@mkdir -p $(@D)
	@rm -f $@.new $@.new-wal $@.new-shm
	bin/ohp demo --database $@.new
	@mv $@.new $@

test: setup check race ## Set up and run every check and every test
	go test ./...
	@scripts/untested

check: $(ASSETS) $(STATICCHECK) fresh ## The guards: generated files fresh, vet, staticcheck, the rules of the house
	go vet ./...
	$(STATICCHECK) ./...
	go test -count=1 ./internal/house

generate: ## Make the generated Go files from the templates
	go tool templ generate

fresh:
	@scripts/fresh

race: $(ASSETS) ## The kernel's tests under the race detector
	go test -race ./internal/kernel/...

bench: build ## Measure speed as bench/README.md describes
	go run ./bench

vuln: ## Compare the dependencies with the list of known weaknesses; needs the internet
	go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 ./...

clean: ## Remove what was built and the demonstration data; other databases stay
	rm -rf bin $(DEMO) $(DEMO)-wal $(DEMO)-shm
	find internal/kernel/page/assets/dist -mindepth 1 ! -name .gitignore -delete

$(PACKAGES): package.json package-lock.json .npmrc
	@scripts/needs build
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(ASSETS): $(PACKAGES) $(wildcard tools/assets/*.go)
	@scripts/needs build
	go run ./tools/assets
	@touch $@

$(STATICCHECK):
	@mkdir -p $(@D)
	GOBIN="$(CURDIR)/bin/tools" GOFLAGS= go install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)
	@mv bin/tools/staticcheck $@
