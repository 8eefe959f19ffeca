# larder. "make help" lists what there is to do.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Pinned, so that a build means the same tomorrow. Both support Go 1.26.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
VULNDB      := https://vuln.go.dev

FUZZTIME := 10s
COVER    := 85
# Packages tested at once. Their tests start servers and measure time.
P := 2

# Every module of the tree, the library first. Each must build and pass alone,
# as its users get it, so the workspace is off throughout.
MODULES := $(sort $(patsubst ./%,%,$(patsubst %/,%,$(dir $(shell find . -name node_modules -prune -o -name go.mod -print)))))
export GOWORK := off

# A user's -mod flag would break the workspace and let go.mod files change.
# The stamp of the repository is of no use here, and fails in a clone that
# belongs to somebody else.
export GOFLAGS := $(filter-out -mod=% -buildvcs=%,$(shell go env GOFLAGS)) -buildvcs=false

# On a build server nothing comes from the cache of test results, and no test
# of a server may be skipped.
ifdef CI
FRESH := -count=1
export LARDER_REQUIRE_SERVERS := 1
endif

# each runs a command in every module: $(call each,title,command)
each = for module in $(MODULES); do echo "-- $(1): $$module"; (cd $$module && $(2)); done

.PHONY: help test lint fmt vet staticcheck vuln tidy build servers race fuzz cover bench bench-web bench-report bench-guard conformance shop

help: ## List what one can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

test: ## Everything, in one command: installs what is missing, lint, builds, fuzz smoke, conformance, tests
	@start=$$SECONDS; \
	for step in servers lint build fuzz conformance race; do \
		echo "== $$step ($$((SECONDS - start)) s)"; \
		$(MAKE) $$step; \
	done; \
	echo "== all is well ($$((SECONDS - start)) s)"

lint: fmt vet staticcheck vuln tidy ## gofmt, go vet, staticcheck, govulncheck, go mod tidy

fmt:
	@echo "-- gofmt"; bad=$$(gofmt -l .); [[ -z $$bad ]] || { echo "not formatted; run gofmt -w on:" $$bad; exit 1; }

vet:
	@$(call each,go vet,go vet ./...)

staticcheck:
	@$(call each,staticcheck,go run $(STATICCHECK) ./...)

vuln: # known holes in what we use, where the database can be reached
	@if curl -fsS -m 5 -o /dev/null $(VULNDB)/index/db.json 2>/dev/null; then \
		$(call each,govulncheck,go run $(GOVULNCHECK) ./...); \
	else \
		echo "-- govulncheck: NOT RUN: curl gets no answer from $(VULNDB)"; \
	fi

tidy:
	@$(call each,go mod tidy -diff,go mod tidy -diff)

build: ## Build every module alone, and all of them in the workspace
	@$(call each,go build,go build ./...)
	@echo "-- go build: the workspace"; export GOWORK=$(CURDIR)/go.work; go build $$(go list -m -f '{{.Dir}}/...')

servers: # what the tests start
	@.ci/servers

race: servers ## All tests of all modules with the race detector
	@$(call each,go test -race,go test -race $(FRESH) -p $(P) -timeout 10m ./...)

fuzz: ## Each fuzz target for FUZZTIME (10s)
	@.ci/fuzz $(FUZZTIME) $(MODULES)

cover: servers ## Coverage by package; fails where a main package is below COVER (85) per cent
	@.ci/cover $(COVER)

bench: servers ## larder beside its rivals and the limits, in one run: medians and ratios (about 5 minutes)
	@cd bench && go run ./cmd/bench

bench-web: servers ## Over the wire with wrk, beside nginx, Varnish and Django; says what is not installed (about 11 minutes)
	@cd bench && go run ./cmd/web

bench-report: servers ## Measure everything and write docs/performance.md with its plots (about 20 minutes)
	@cd bench && go run ./cmd/report

bench-guard: ## Fail if a memory hit costs more than 2.2 times the least that a page cache must do
	@cd bench && LARDER_BENCH_GUARD=1 go test -count=1 -run Guard .

conformance: ## The public suite of HTTP cache tests against larder proxy, compared with what passed before
	@if command -v node >/dev/null; then \
		(cd conformance; out=$$(node --test) || { echo "$$out"; exit 1; }); node conformance/run.mjs; \
	else \
		echo "-- conformance: NOT RUN: node is not installed"; [[ -z "$${CI:-}" ]]; \
	fi

shop: ## Start the example shop on http://127.0.0.1:8080
	@GOWORK=$(CURDIR)/go.work go run ./examples/shop
