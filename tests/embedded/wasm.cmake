# Part of amalgamate_test.cmake: the engine alone, which may ask its host for a few functions of C and nothing else;
# then the example, in whatever runs it.
set(exports "")
file(STRINGS ${WORK}/once/lentil.h declared REGEX "^(lentil_error|const char\\*) lentil_[a-z_]+\\(")
foreach(line IN LISTS declared)
  string(REGEX MATCH "lentil_[a-z_]+\\(" name "${line}")
  string(REPLACE "(" "" name "${name}")
  list(APPEND exports -Wl,--export=${name})
endforeach()
set(LINK "")
build_example(example.wasm clang++ clang --target=wasm32-wasi -DNDEBUG)
run(clang --target=wasm32-wasi -nostdlib -Wl,--no-entry -Wl,--import-undefined -Wl,--gc-sections ${exports}
  ${WORK}/example.wasm_lentil.o -o ${WORK}/lentil.wasm)
has(node "running WebAssembly" node)
if(NOT node)
  return()
endif()
execute_process(COMMAND node -e "const m = new WebAssembly.Module(require('fs').readFileSync('${WORK}/lentil.wasm'));
    console.log(WebAssembly.Module.imports(m).map(i => i.name).sort().join(' '))"
  OUTPUT_VARIABLE imports OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
message("WebAssembly asks for: ${imports}")
if(NOT imports MATCHES "^((__multi3|abort|memchr|memcmp|memcpy|memmove|memset|strlen|strncmp) ?)+$")
  message(FATAL_ERROR "that is more than a few functions of C")
endif()
file(WRITE ${WORK}/run.mjs "import { WASI } from 'node:wasi';
import { readFileSync } from 'node:fs';
const wasi = new WASI({ version: 'preview1' });
const module = new WebAssembly.Module(readFileSync('${WORK}/example.wasm'));
wasi.start(new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport }));
")
compare("WebAssembly" node --no-warnings ${WORK}/run.mjs)
