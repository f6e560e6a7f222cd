# Everything this project does, by name. `make help` lists it.

GO      ?= go
PROGRAMS = ./emu/cmd/... ./mockcis2/cmd/... ./hil/cmd/... ./conformance/cmd/...
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
# -s -w leave out what debuggers want: a third less weight, and panics still name
# their lines.
STAMP    = -s -w -X main.version=$(VERSION)
# The agent keeps no token (agent/forget.go): clobberfree has the collector
# overwrite what it frees. asyncpreemptoff keeps the runtime from stopping a
# goroutine by a signal, for it would save the vector registers, and what was last
# copied through them, to memory that is never overwritten. -z now binds all
# symbols at the start: binding late would write registers to the stack.
FORGETS  = -X runtime.godebugDefault=clobberfree=1,asyncpreemptoff=1 -extldflags -Wl,-z,now
export GOFLAGS += -buildvcs=false

.DEFAULT_GOAL := help
.PHONY: help install build flags run dev test conformance bench peers check proof release-gate release-gate-patches chaos

help: ## List these targets.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-20s %s\n", $$1, $$2}'

install: ## Install what is needed, or say what to install.
	@ci/install.sh

build: ## Build every program into bin/.
	@mkdir -p bin && $(GO) build -trimpath -ldflags '$(STAMP) $(FORGETS)' -o bin/ ./agent/cmd/...
	@$(GO) build -trimpath -ldflags '$(STAMP)' -o bin/ $(PROGRAMS)

flags: ## The linker's flags for the agent's programs, for whoever builds them otherwise.
	@echo "$(STAMP) $(FORGETS)"

run: install build ## The main job: the whole matrix with software cards, and a verdict.
	@bin/hil run

dev: install build ## A developer's desk: cards, provider, agent and a demo application.
	@bin/hil up

test: install build ## Everything this machine allows; says what it left out.
	@ci/strangers.sh
	@ci/verifiers.sh
	@bin/hil run
	@ci/winebox/build.sh >/dev/null || test $$? = 3 # 3: not on this machine, and the tests say so
	@$(GO) run ./ci/cmd/testrun

conformance: build ## The suites against one in-process cell.
	@bin/conformance selftest

bench: install build ## APDUs and bytes of a sign-in, and speed, with OpenSC beside; the provider's weight, and speed beside its peers; a farm's leases.
	@ci/strangers.sh
	@$(GO) test -run '^$$' -bench . -benchtime 5x -timeout 30m $$($(GO) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./conformance/... ./agent/... ./emu/... ./mockcis2/... ./hil/farm/...)

peers: install ## The provider beside four others, in five interleaved rounds: start, speed, memory.
	@ci/strangers.sh
	@$(GO) test -run '^$$' -bench '^BenchmarkPeers$$' -benchtime 5x -timeout 30m ./conformance/stranger

check: ## Formatting, vet, and that everything builds without cgo and for Windows.
	@ci/check.sh

proof: build ## Every spec red by its own fault, and every fault with the specs that notice it: out/proof/proof.md.
	@bin/conformance prove --out out/proof

release-gate: install build ## A release candidate, Linux and Windows, before the gate; goes on where it was: out/release.
	@ci/release.sh

release-gate-patches: install build ## Each patch in ci/patches makes the agent wrong: the gate must say FAIL: out/patches/table.md.
	@ci/patches.sh

SEED ?= 0
chaos: install ## The farm of five hosts and three nodes, 500 cells, and everything that can die. SEED=N repeats the faults of a run.
	@$(GO) test -tags chaos -count 1 -v -timeout 30m -run '^TestLarge$$' ./hil/farm/chaos -seed $(SEED)
