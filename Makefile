# Everything a person does with this checkout. `make demo` and `make test` do all their own set-up from nothing.
.PHONY: setup setup-test setup-bench build build-asan build-release-tests test demo bench fuzz lint tidy format clean

setup:       ; @scripts/setup build
setup-test:  ; @scripts/setup build test
setup-bench: ; @scripts/setup build bench

build: setup
	@[ -f build/build.ninja ] || cmake --preset release
	@cmake --build build --target programs

build-asan: setup-test
	@[ -f build-asan/build.ninja ] || cmake --preset asan
	@cmake --build build-asan

demo: build
	@examples/defect/demo $(DEMO_FLAGS)

# Configured anew: a build from before the test packages came knows no tests.
build-release-tests: setup-test build
	@cmake --preset release > /dev/null
	@cmake --build build --target release_tests

test: setup-test build build-asan build-release-tests
	@scripts/test build-asan build:release

bench: setup-bench
	@cmake --preset release -DDROVER_BENCH=ON
	@cmake --build build
	@bench/run

fuzz: setup-test
	@[ -f build-fuzz/build.ninja ] || cmake --preset fuzz
	@cmake --build build-fuzz --target fuzzers
	@scripts/fuzz $(FUZZ_SECONDS)

lint: setup-test
	@scripts/lint

tidy: setup-test
	@cmake --preset release > /dev/null
	@scripts/tidy

format: setup-test
	@scripts/lint --fix

clean: ; @rm -rf build build-asan build-debug build-tsan build-fuzz out
