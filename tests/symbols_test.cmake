# What compiled code may define and use.
# cmake -D NM=... -D OBJDUMP=... -D ISA_OBJECTS=a.o,b.o -D EMBEDDED=a.a,b.a -P symbols_test.cmake
cmake_minimum_required(VERSION 3.22)
string(REPLACE "," ";" ISA_OBJECTS "${ISA_OBJECTS}")
string(REPLACE "," ";" EMBEDDED "${EMBEDDED}")

set(failures 0)
macro(fail text)
  message(STATUS "${text}")
  math(EXPR failures "${failures} + 1")
endmacro()

function(read_lines result)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" text "${text}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Objects for newer processors: no symbol that the linker could pick for everybody, and no code that runs
# before the dispatcher has looked at the processor. A shared symbol inside the namespace of the instruction
# set itself (lentil::kernels::avx2) can only meet its like.
foreach(object IN LISTS ISA_OBJECTS)
  read_lines(symbols ${NM} --defined-only ${object})
  list(FILTER symbols INCLUDE REGEX " [WwVvu] ")
  list(FILTER symbols EXCLUDE REGEX " _ZNK?6lentil7kernels(4avx2|6avx512)")
  foreach(symbol IN LISTS symbols)
    fail("${object}: shared symbol ${symbol}")
  endforeach()
  read_lines(sections ${OBJDUMP} -h ${object})
  list(FILTER sections INCLUDE REGEX " \\.(init_array|ctors)")
  foreach(section IN LISTS sections)
    fail("${object}: runs code at start-up: ${section}")
  endforeach()
endforeach()

# Libraries for devices: no heap, no exceptions, no output, no way out of the process.
set(forbidden
  malloc calloc realloc reallocarray free aligned_alloc posix_memalign memalign
  "_Zn[wa][jmy].*" "_Zd[la]P.*"
  "__cxa_(throw|rethrow|allocate_exception|begin_catch).*" "_ZSt[0-9]+__throw_.*" "__dynamic_cast"
  abort exit _exit "_ZSt9terminatev" "_ZSt4c(out|err|log|in)"
  printf fprintf puts fputs putchar fwrite fopen perror "__f?printf_chk" stdout stderr)
string(REPLACE ";" "|" forbidden "${forbidden}")
foreach(archive IN LISTS EMBEDDED)
  read_lines(symbols ${NM} --undefined-only ${archive})
  list(FILTER symbols INCLUDE REGEX " U (${forbidden})$")
  list(REMOVE_DUPLICATES symbols)
  foreach(symbol IN LISTS symbols)
    fail("${archive}: uses${symbol}")
  endforeach()
endforeach()

if(NOT ISA_OBJECTS AND NOT EMBEDDED)
  fail("nothing to look at")
endif()
if(failures)
  message(FATAL_ERROR "${failures} rules broken")
endif()
