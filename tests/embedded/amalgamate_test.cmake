# tools/amalgamate: twice the same files; they compile in one call without a warning for several machines, and the
# bare-metal example says the same with them as with the library.  Variables: tests/embedded/CMakeLists.txt
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/example.cmake)
need(python3 g++ gcc)

foreach(folder once again)
  file(REMOVE_RECURSE ${WORK}/${folder})
  run(${LENTIL}/tools/amalgamate -o ${WORK}/${folder})
endforeach()
foreach(file lentil.h lentil.hpp lentil.cc)
  run(${CMAKE_COMMAND} -E compare_files ${WORK}/once/${file} ${WORK}/again/${file})
endforeach()
set(engine ${WORK}/once/lentil.cc)
set(warnings -Wall -Wextra -Wconversion -Wshadow -Wno-psabi -Werror)
set(example ${LENTIL}/examples/cortex-m)
set(sources ${example}/main.c ${example}/work.c ${example}/learn.c ${example}/memory.c ${example}/board_host.c)
set(headers -I${WORK}/once -I${GENERATED} -I${example})

# build_example(name c++ c flag...): the program ${WORK}/name, of three calls.
function(build_example name cxx c)
  set(objects "")
  run(${cxx} ${ARGN} -c -std=c++20 -Os -fno-exceptions -fno-rtti ${warnings} ${engine} -o ${WORK}/${name}_lentil.o)
  foreach(source IN LISTS sources)
    get_filename_component(stem ${source} NAME_WE)
    run(${c} ${ARGN} -c -std=c11 -O1 -Wall -Wextra -Werror ${headers} ${source} -o ${WORK}/${name}_${stem}.o)
    list(APPEND objects ${WORK}/${name}_${stem}.o)
  endforeach()
  run(${cxx} ${ARGN} ${objects} ${WORK}/${name}_lentil.o ${LINK} -o ${WORK}/${name})
endfunction()

# has(tool...): says what is left out without them.
function(has result what)
  set(${result} ON PARENT_SCOPE)
  foreach(tool ${ARGN})
    find_program(found_${tool} ${tool})
    if(NOT found_${tool})
      message("without ${what}: ${tool} is not installed")
      set(${result} OFF PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

set(LINK "")
build_example(x86-64 g++ gcc)
compare("this machine" ${WORK}/x86-64)

# The C++ API's header is complete, and the engine compiles as the shortest call has it.
file(WRITE ${WORK}/api.cpp "#include \"lentil.hpp\"
int main() { return lentil::formats::open_model({}).error().status == lentil::Status::file_truncated ? 0 : 1; }\n")
run(g++ -c -std=c++20 ${engine} -o ${WORK}/lentil.o)
run(g++ -std=c++20 ${warnings} -I${WORK}/once ${WORK}/api.cpp ${WORK}/lentil.o -o ${WORK}/api)
run(${WORK}/api)

# No flag forbids to fuse products and sums: the file itself must.
has(aarch64 "aarch64" aarch64-linux-gnu-g++ qemu-aarch64)
if(aarch64)
  set(LINK -static)
  build_example(aarch64 aarch64-linux-gnu-g++ aarch64-linux-gnu-gcc)
  compare("aarch64" qemu-aarch64 ${WORK}/aarch64)
endif()

# Bare metal links and runs in embedded/cortex_m; here it has to compile with every warning.
has(arm "Cortex-M" arm-none-eabi-g++)
if(arm)
  run(arm-none-eabi-g++ -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -c -std=c++20 -Os -fno-exceptions
    -fno-rtti ${warnings} ${engine} -o ${WORK}/cortex-m4.o)
endif()

has(wasm "WebAssembly" clang++ wasm-ld)
if(wasm AND NOT EXISTS /usr/include/wasm32-wasi/c++/v1)
  message("without WebAssembly: libc++-14-dev-wasm32 and wasi-libc are not installed")
elseif(wasm)
  include(${CMAKE_CURRENT_LIST_DIR}/wasm.cmake)
endif()
