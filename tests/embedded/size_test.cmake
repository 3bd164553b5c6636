# Builds programs for a Cortex-M4 with -Os and compares their bytes of code and constants with the last line of
# the history; looks that a program of three ops has no other.
# cmake -D SOURCE=<tests/embedded/size> -D WORK=<folder> -D LENTIL=<project> -D GENERATOR=<name>
#   -D HISTORY=<sizes.txt> [-D UPDATE=ON] -P size_test.cmake
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/../support/script.cmake)
set(programs three_ops inference training everything)

need(arm-none-eabi-g++)
execute_process(COMMAND ${found_arm-none-eabi-g++} -dumpfullversion OUTPUT_VARIABLE compiler OUTPUT_STRIP_TRAILING_WHITESPACE)
file(STRINGS ${HISTORY} lines REGEX "^[0-9]")
list(POP_BACK lines newest)
string(REPLACE " " ";" newest "${newest}")
list(GET newest 2 expected_compiler)
if(NOT UPDATE AND NOT compiler STREQUAL expected_compiler)
  message("skipped: the sizes are those of arm-none-eabi-g++ ${expected_compiler}, this is ${compiler}")
  return()
endif()

run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} -G ${GENERATOR} -D CMAKE_BUILD_TYPE=MinSizeRel -D LENTIL=${LENTIL}
  -D LENTIL_WERROR=ON -D CMAKE_TOOLCHAIN_FILE=${LENTIL}/examples/cortex-m/toolchain.cmake)
run(${CMAKE_COMMAND} --build ${WORK})

set(failures 0)
set(sizes)
foreach(program IN LISTS programs)
  execute_process(COMMAND arm-none-eabi-size ${WORK}/${program} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
  if(NOT printed MATCHES "\n *([0-9]+)[ \t]+([0-9]+)")
    message(FATAL_ERROR "${printed}")
  endif()
  math(EXPR bytes "${CMAKE_MATCH_1} + ${CMAKE_MATCH_2}")
  list(APPEND sizes ${bytes})
  list(LENGTH sizes place)
  math(EXPR place "${place} + 2")
  list(GET newest ${place} expected)
  message(STATUS "${program}: ${bytes} bytes, at most ${expected} expected")
  if(bytes GREATER expected)
    math(EXPR failures "${failures} + 1")
  endif()
endforeach()

execute_process(COMMAND arm-none-eabi-nm -C ${WORK}/three_ops OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "inference::kConv2d" OR NOT symbols MATCHES "baseline::linear_forward_unpacked")
  message(FATAL_ERROR "the program of three ops lacks one of them")
endif()
if(symbols MATCHES "[^\n]*(Trainer|choose_backward|kBatchNorm|kMaxPool|kAvgPool|kSoftmax|conv2d::backward|linear_backward|forward_packed|_pool_|normalize_|sgd)[^\n]*")
  message(FATAL_ERROR "a program of three ops has this, too: ${CMAKE_MATCH_0}")
endif()

if(UPDATE)
  execute_process(COMMAND git -C ${LENTIL} rev-parse --short HEAD OUTPUT_VARIABLE commit
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(TIMESTAMP date "%Y-%m-%d" UTC)
  list(JOIN sizes " " sizes)
  file(APPEND ${HISTORY} "${date} ${commit} ${compiler} ${sizes}\n")
elseif(failures)
  message(FATAL_ERROR "${failures} programs have grown. If that is meant: "
    "cmake --build build/dev --target lentil_update_sizes")
endif()
