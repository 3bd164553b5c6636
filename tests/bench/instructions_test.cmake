# Counts the instructions of LeNet's work under callgrind and compares them with those expected. Times depend on
# what else a machine does; this number does not, so that a change that costs 3 % is seen on any machine.
# cmake -D PROGRAM=<lentil_instructions> -D EXPECTED=<file> -D "BUILD=<compiler and flags>" [-D UPDATE=ON]
#   -P instructions_test.cmake
cmake_minimum_required(VERSION 3.22)
set(parts infer_fast infer_small train_step)
set(most_per_mille 30)

find_program(VALGRIND_PROGRAM valgrind)
if(NOT VALGRIND_PROGRAM)
  message("skipped: valgrind is not installed")
  return()
endif()

# Other compilers make other instructions: their numbers say nothing about the source.
file(STRINGS ${EXPECTED} lines REGEX "^[a-z]")
list(GET lines 0 expected_build)
if(NOT UPDATE AND NOT expected_build STREQUAL "build ${BUILD}")
  message("skipped: the expected numbers are for another ${expected_build}, this is ${BUILD}")
  return()
endif()

function(count_instructions part)
  execute_process(
    COMMAND ${VALGRIND_PROGRAM} --tool=callgrind --callgrind-out-file=/dev/null
      --collect-atstart=no --toggle-collect=lentil_counted* ${PROGRAM} ${part}
    OUTPUT_VARIABLE printed ERROR_VARIABLE log RESULT_VARIABLE result)
  if(result EQUAL 77)
    set(skipped "${printed}" PARENT_SCOPE)
  elseif(NOT result EQUAL 0 OR NOT log MATCHES "Collected : ([1-9][0-9]+)")
    message(FATAL_ERROR "${PROGRAM} ${part}: ${result}\n${printed}${log}")
  endif()
  set(count "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

set(failures 0)
set(counted "build ${BUILD}\n")
foreach(part IN LISTS parts)
  count_instructions(${part})
  if(skipped)
    message("${skipped}")
    return()
  endif()
  string(APPEND counted "${part} ${count}\n")
  if(UPDATE)
    continue()
  endif()
  if(NOT lines MATCHES "(^|;)${part} ([0-9]+)")
    message(FATAL_ERROR "${EXPECTED} has no line '${part} N'")
  endif()
  set(expected ${CMAKE_MATCH_2})
  math(EXPR change "(${count} - ${expected}) * 1000 / ${expected}")
  message(STATUS "${part}: ${count} instructions, ${expected} expected: ${change} per mille more")
  if(change GREATER most_per_mille)
    math(EXPR failures "${failures} + 1")
  elseif(change LESS -${most_per_mille})
    message(STATUS "${part} has become faster: lower its number, as ${EXPECTED} says")
  endif()
endforeach()

if(UPDATE)
  file(STRINGS ${EXPECTED} comments REGEX "^#")
  list(JOIN comments "\n" comments)
  file(WRITE ${EXPECTED} "${comments}\n${counted}")
  message(STATUS "${EXPECTED}:\n${counted}")
elseif(failures)
  message(FATAL_ERROR "${failures} of them take over ${most_per_mille} per mille more instructions")
endif()
