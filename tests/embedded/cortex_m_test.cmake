# Builds the bare-metal example for three cores, looks for a heap in it, runs it on an emulated Cortex-M4F, and
# compares what it says with the library on this machine, and the stack and the instructions of its calls with
# calls.txt.  Variables: tests/embedded/CMakeLists.txt; UPDATE=ON renews calls.txt.
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/example.cmake)
need(arm-none-eabi-g++ arm-none-eabi-nm qemu-system-arm python3)

foreach(core cortex-m4 cortex-m7 cortex-m55)
  run(${CMAKE_COMMAND} -S ${LENTIL}/examples/cortex-m -B ${WORK}/${core} -G ${GENERATOR} -D LENTIL_CORE=${core}
    -D LENTIL_PROGRAM=${PROGRAM} -D CMAKE_TOOLCHAIN_FILE=${LENTIL}/examples/cortex-m/toolchain.cmake
    -D CMAKE_COMPILE_WARNING_AS_ERROR=ON)
  run(${CMAKE_COMMAND} --build ${WORK}/${core})
  execute_process(COMMAND ${found_arm-none-eabi-nm} ${WORK}/${core}/cortex_m.elf
    OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  if(symbols MATCHES " _*(malloc|calloc|realloc|free|sbrk|Znwj|Znaj|ZdlPv)(_r)?\n")
    message(FATAL_ERROR "${core}: the program has a heap: ${CMAKE_MATCH_0}")
  endif()
endforeach()

# An instruction takes one nanosecond of the emulated time.
compare("Cortex-M4F" ${found_qemu-system-arm} -M mps2-an386 -display none -monitor none -serial none -icount shift=0
  -chardev stdio,id=console -semihosting-config enable=on,target=native,chardev=console
  -kernel ${WORK}/cortex-m4/cortex_m.elf)
string(REGEX MATCHALL "# [^\n]*: stack [0-9]+, instructions [0-9]+\n" lines "${printed}")
list(LENGTH lines calls)
if(calls LESS 10)
  message(FATAL_ERROR "the example measured ${calls} calls:\n${printed}")
endif()

file(READ ${CALLS} kept)
string(REGEX MATCH "^(# [^\n]*\n)*" heading "${kept}")
execute_process(COMMAND ${found_arm-none-eabi-g++} -dumpfullversion OUTPUT_VARIABLE compiler OUTPUT_STRIP_TRAILING_WHITESPACE)
if(UPDATE)
  string(REPLACE "# " "" text "${lines}")
  string(REPLACE ";" "" text "${text}")
  file(WRITE ${CALLS} "${heading}arm-none-eabi-g++ ${compiler}\n${text}")
  return()
endif()
if(NOT kept MATCHES "\narm-none-eabi-g\\+\\+ ${compiler}\n")
  message("not compared: ${CALLS} is of another arm-none-eabi-g++ than ${compiler}")
  return()
endif()

# Exactly so much stack, and at most 3 % more instructions.
set(failures "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "# ([^\n]*): stack ([0-9]+), instructions ([0-9]+)" ignored "${line}")
  set(name "${CMAKE_MATCH_1}")
  set(stack ${CMAKE_MATCH_2})
  set(instructions ${CMAKE_MATCH_3})
  if(NOT kept MATCHES "\n${name}: stack ([0-9]+), instructions ([0-9]+)\n")
    string(APPEND failures "${name} is not in calls.txt\n")
    continue()
  endif()
  math(EXPR most "${CMAKE_MATCH_2} * 103 / 100")
  if(stack GREATER CMAKE_MATCH_1 OR instructions GREATER most)
    string(APPEND failures "${name}: stack ${stack}, instructions ${instructions}; calls.txt has ${CMAKE_MATCH_1} and ${CMAKE_MATCH_2}\n")
  endif()
endforeach()
if(failures)
  message(FATAL_ERROR "${failures}If that is meant: cmake --build ... --target lentil_update_calls")
endif()
