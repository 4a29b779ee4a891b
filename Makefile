# Every way to work with this project, one line each: `make` lists them. What the README's two commands do needs Go alone; a target that
# needs more installs it or says what is missing.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test race lint vuln sizes build iam costs idle figures openapi test-dynamodb-local sam shapes sam-local bench-gateway bench-dynamodb browser large-upload guide-system deploy deploy-plan clean

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
DYNAMODB_LOCAL_PORT ?= 8010

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

run: ## Serve template.yaml on this machine (http://localhost:3000)
	go run ./local

test: ## All tests; needs Go alone
	go test ./...

race: ## The tests of shared/ and local/, and the command on its journey, under the race detector (needs a C compiler)
	go test -race -timeout 20m ./shared/... $$(go list ./local/... | grep -v /local$$)
	go test -race -timeout 20m -run '^(TestJourney|TestRegions)$$' ./local

lint: ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l cmd functions local scripts shared *.go); [ -z "$$unformatted" ] || { echo "gofmt would change: $$unformatted"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

vuln: ## Known vulnerabilities in what the code calls (asks vuln.go.dev; GOVULNDB names another source)
	go run $(GOVULNCHECK) $${GOVULNDB:+-db $$GOVULNDB} ./...

build: ## The Lambda binaries as they are deployed, into build/arm64
	@scripts/build.sh

sizes: build ## Size of every bootstrap binary, zipped as it is deployed
	@go run ./scripts/sizes build/arm64

test-dynamodb-local: ## Behaviour suite, repositories and journey on Amazon's DynamoDB Local (installs Java, Maven)
	@scripts/install.sh java mvn
	@scripts/dynamodb-local.sh $(DYNAMODB_LOCAL_PORT) -- scripts/test-dynamodb.sh http://127.0.0.1:$(DYNAMODB_LOCAL_PORT)

iam: ## Permissions of template.yaml that no test of functions/ needs, and calls that were refused; there are none
	@reports=$$(mktemp -d); LYCEUM_PERMISSIONS=$$reports go test -count=1 ./functions/... > $$reports.log || { cat $$reports.log; exit 1; }; go run ./scripts/permissions $$reports

costs: ## What requests ask of DynamoDB and cost, into docs/COSTS.md
	@rows=$$(mktemp -d); LYCEUM_COSTS=$$rows go test -count=1 -timeout 20m -run '^TestCosts$$' ./functions/progress/complete-lesson ./functions/progress/save-position ./functions/users/get-dashboard && go run ./scripts/costs $$rows

idle: ## What a month costs in which nobody uses an environment, into docs/COSTS.md (the SAM CLI's translator)
	@scripts/sam.sh --version >/dev/null && .venv/bin/python scripts/idle.py

figures: build ## What is measured on this machine, into docs/FIGURES.md: sizes, bodies by where they lie, passwords, tokens
	@go run ./scripts/figures

openapi: ## docs/openapi.yaml from template.yaml, README.md and the functions' code
	go run ./scripts/openapi

sam: ## The real SAM CLI: validate --lint, cfn-lint, the shapes of all regions and a harmless build (installs both from PyPI)
	@scripts/sam.sh validate --lint
	@[ -x .venv-lint/bin/cfn-lint ] || { python3 -m venv .venv-lint && .venv-lint/bin/pip install -q cfn-lint==1.58.0; }
	.venv-lint/bin/cfn-lint --regions eu-west-1 us-east-1 -t template.yaml
	@$(MAKE) --no-print-directory shapes
	@time scripts/sam.sh build
	@scripts/sam-sentences.sh

shapes: ## The translated template of every kind of deployment: quotas, rules, parameters, alarms; docs/QUOTAS.md, docs/ALARMS.md
	@scripts/sam.sh --version
	@.venv/bin/python scripts/shapes.py

sam-local: ## docs/SAM.md typed in a fresh copy: the journey over sam local start-api (installs Docker and the SAM CLI)
	@scripts/sam-local.sh

bench-gateway: ## A warm request through the local gateway against sam local, in one run
	@scripts/sam-local.sh go run ./scripts/bench-gateway

bench-dynamodb: ## The embedded DynamoDB against Amazon's DynamoDB Local through the SDK, in one run
	@scripts/install.sh java mvn
	@scripts/bench-dynamodb.sh $(DYNAMODB_LOCAL_PORT)

browser: ## Uploads from a page in a headless Chromium, across origins; a screenshot in build/browser.png (installs Chromium, Node.js)
	@scripts/install.sh chromium node npm
	@mkdir -p build && scripts/uploads.sh browser && echo "and with preflights that reach \$$default:" && scripts/uploads.sh browser --preflight-to-default

guide-system: ## A system of the design guide made with miniflare, brought here by cmd/migrate, killed twice on the way (installs Node.js)
	@scripts/install.sh node npm
	@scripts/guide-system/run.sh

large-upload: ## 200 MB in parts from a client that is killed twice; the memory of every function (Linux)
	@scripts/uploads.sh large-upload

# `sam build` asks for this one, for each function (Metadata in template.yaml).
build-%:
	@$(dir $(abspath $(firstword $(MAKEFILE_LIST))))scripts/sam-build.sh $* $(ARTIFACTS_DIR)

deploy: ## Build and deploy an environment: make deploy ENV=dev (staging, prod), all regions or REGIONS="eu-west-1 …"
	@scripts/deploy.sh $(ENV) $(REGIONS)

deploy-plan: ## The commands that deploy would run: make deploy-plan ENV=prod
	@scripts/deploy.sh --plan $(ENV) $(REGIONS)

clean: ## Remove build results and local data
	rm -rf build .data
