# hugh. `make demo` sets everything up and scores the example models; `make test` runs all tests.
# ABI=5.4|5.3|jit chooses the Lua to build for; each builds side by side in build/$(ABI).
ABI    ?= 5.4
PREFIX ?= /usr/local
DESTDIR ?=
CC     ?= cc
CFLAGS ?= -O2 -g
NICE_WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes

PKG_5.4 = lua5.4
PKG_5.3 = lua5.3
PKG_jit = luajit
LUA_5.4 = /usr/bin/lua5.4
LUA_5.3 = /usr/bin/lua5.3
LUA_jit = /usr/bin/luajit
VERSION_5.4 = 5.4
VERSION_5.3 = 5.3
VERSION_jit = 5.1
LUA = $(LUA_$(ABI))
LUA_CFLAGS ?= $(shell pkg-config --cflags $(PKG_$(ABI)))

BUILD  ?= build/$(ABI)
OBJ     = $(BUILD)/obj
# The core is the same for every Lua; its objects are still kept per ABI so that builds never meet.
CORE    = $(wildcard csrc/*.c csrc/pickle/*.c csrc/container/*.c csrc/format/*.c csrc/host/*.c)
BINDING = $(filter-out csrc/lua/curl.c csrc/lua/digest.c,$(wildcard csrc/lua/*.c))
OBJECTS = $(patsubst csrc/%.c,$(OBJ)/%.o,$(CORE) $(BINDING))
HUGH_CFLAGS = -std=c11 -fPIC -fvisibility=hidden -pthread $(NICE_WARNINGS) -Icsrc -I$(OBJ) $(SANITIZE)
CORE_LIBS = -lz -lbz2 -llzma -llz4 -lzstd
GENERATED = $(if $(wildcard csrc/pickle/globals.tsv),$(OBJ)/pickle/globals.inc)
MODULES = $(BUILD)/hugh/core.so $(if $(wildcard csrc/lua/curl.c),$(BUILD)/hugh/curl.so) $(if $(wildcard csrc/lua/digest.c),$(BUILD)/hugh/digest.so)

.PHONY: all lib deps demo test test-one check docs bench fuzz interop install uninstall clean
all: $(MODULES)

$(BUILD)/hugh/core.so: $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) -shared -pthread $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $(OBJECTS) $(CORE_LIBS)

$(BUILD)/hugh/curl.so: $(OBJ)/lua/curl.o
	@mkdir -p $(@D)
	$(CC) -shared $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ -lcurl

$(BUILD)/hugh/digest.so: $(OBJ)/lua/digest.o
	@mkdir -p $(@D)
	$(CC) -shared $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ -lcrypto

$(OBJ)/%.o: csrc/%.c $(OBJ)/compiler | $(GENERATED)
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

# Objects made for another Lua or with other flags are not these, though they lie in the same place.
COMPILE = $(CC) $(CFLAGS) $(HUGH_CFLAGS) $(LUA_CFLAGS)
$(OBJ)/compiler: always
	@mkdir -p $(@D)
	@echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' > $@
.PHONY: always

$(OBJ)/pickle/globals.inc: csrc/pickle/globals.tsv csrc/pickle/globals.awk
	@mkdir -p $(@D)
	LC_ALL=C awk -f csrc/pickle/globals.awk csrc/pickle/globals.tsv > $@.new && mv $@.new $@

# The core without Lua: docs/c-api.md.
lib: $(BUILD)/libhugh.a
$(BUILD)/libhugh.a: $(patsubst csrc/%.c,$(OBJ)/%.o,$(CORE))
	rm -f $@ && $(AR) rcs $@ $^

-include $(OBJECTS:.o=.d)

# Debian packages; only what is missing is installed.
DEPS = build-essential pkg-config lua5.4 liblua5.4-dev lua5.3 liblua5.3-dev luajit2 libluajit2-5.1-dev lua-cjson lua-argparse lua-luv \
       lua-busted luarocks zlib1g-dev libbz2-dev liblzma-dev liblz4-dev libzstd-dev libcurl4-openssl-dev libssl-dev \
       python3 lz4 zstd openssl curl ca-certificates nginx libnginx-mod-http-lua
check fuzz: DEPS += lua-check clang libclang-rt-14-dev
deps:
	@.ci/deps $(DEPS)

# ------------------------------------------------------------------- trying it

demo: deps
	@$(MAKE) -s all
	@LUA_CPATH="$(BUILD)/?.so;;" examples/demo

# --------------------------------------------------------------------- testing

# One ABI, optionally one file: make test-one ABI=jit SPEC=spec/scan_spec.lua
SPEC ?= spec
test-one: all
	LUA_PATH="lua/?.lua;lua/?/init.lua;;" LUA_CPATH="$(BUILD)/?.so;;" HUGH_ABI=$(ABI) busted --lua=$(LUA) --pattern=_spec $(SPEC)

test: deps
	@for abi in 5.4 5.3 jit; do echo "== Lua $$abi"; $(MAKE) -s test-one ABI=$$abi || exit; done

# Lint, both compilers without a warning, and the tests under the address and undefined-behaviour sanitizers.
ASAN_CFLAGS = -O1 -g -fno-omit-frame-pointer
ASAN = -fsanitize=address,undefined -fno-sanitize-recover=undefined
check: deps
	luacheck -q lua bin/hugh spec examples bench
	$(MAKE) -s all BUILD=build/check-gcc CC=gcc CFLAGS="-O2 -Werror"
	$(MAKE) -s all BUILD=build/check-clang CC=clang CFLAGS="-O2 -Werror"
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" ASAN_OPTIONS=detect_leaks=0 \
	  $(MAKE) test-one BUILD=build/asan CC=gcc CFLAGS="$(ASAN_CFLAGS)" SANITIZE="$(ASAN)"

# Every parser has a target; FUZZ_SECONDS each. Crashes are kept in build/fuzz and become tests.
FUZZ_SECONDS ?= 60
ORACLE_SEED  ?= 1
ORACLE_COUNT ?= 12000
fuzz: ORACLE_COUNT = 1000000
export ORACLE_COUNT ORACLE_SEED
FUZZERS = $(patsubst csrc/fuzz/%.c,build/fuzz/%,$(wildcard csrc/fuzz/fuzz_*.c))
FUZZ_CFLAGS = -O1 -g -std=c11 -Icsrc -I$(OBJ) -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FUZZ_OBJECTS = $(patsubst csrc/%.c,build/fuzz/obj/%.o,$(filter-out csrc/host/%,$(CORE)) csrc/fuzz/drive.c)
build/fuzz/obj/%.o: csrc/%.c | $(GENERATED)
	@mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<
build/fuzz/fuzz_%: csrc/fuzz/fuzz_%.c $(FUZZ_OBJECTS)
	clang $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(CORE_LIBS)
$(FUZZERS): $(FUZZ_OBJECTS)
-include $(FUZZ_OBJECTS:.o=.d)
fuzz: deps $(FUZZERS)
	csrc/fuzz/seed.py build/fuzz/seeds
	@for f in $(notdir $(FUZZERS)); do \
	  mkdir -p build/fuzz/corpus/$$f; dict=csrc/fuzz/$${f#fuzz_}.dict; \
	  echo "== $$f for $(FUZZ_SECONDS) s"; \
	  build/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
	    -artifact_prefix=build/fuzz/$$f- $$([ -f $$dict ] && echo -dict=$$dict) \
	    build/fuzz/corpus/$$f build/fuzz/seeds/$$f 2>&1 | tail -n 12 || exit 1; done
	@echo "== CPython's unpicklers against hugh, $(ORACLE_COUNT) inputs with a fresh seed"
	$(MAKE) test-one SPEC=spec/pickle/oracle_spec.lua ORACLE_SEED=$$(date +%s)

docs: all
	LUA_PATH="lua/?.lua;lua/?/init.lua;;" lua5.4 docs/policy_reference.lua

bench: all
	bench/run

interop: all
	interop/run

# ------------------------------------------------------------------ installing

LUA_SHARE = $(DESTDIR)$(PREFIX)/share/lua/$(VERSION_$(ABI))
LUA_LIB   = $(DESTDIR)$(PREFIX)/lib/lua/$(VERSION_$(ABI))
install: all
	find lua/hugh -name '*.lua' -printf '%P\n' | while read -r m; do install -D -m 644 lua/hugh/$$m "$(LUA_SHARE)/hugh/$$m" || exit; done
	for m in $(notdir $(MODULES)); do install -D -m 755 $(BUILD)/hugh/$$m "$(LUA_LIB)/hugh/$$m" || exit; done
	install -d "$(DESTDIR)$(PREFIX)/bin"
	sed '1s|.*|#!$(LUA)|' bin/hugh > "$(DESTDIR)$(PREFIX)/bin/hugh"
	chmod 755 "$(DESTDIR)$(PREFIX)/bin/hugh"

uninstall:
	rm -rf "$(LUA_SHARE)/hugh" "$(LUA_LIB)/hugh" "$(DESTDIR)$(PREFIX)/bin/hugh"

clean:
	rm -rf build
