# What the tests of the bare-metal example share.
include(${CMAKE_CURRENT_LIST_DIR}/../support/script.cmake)

# compare(what command...): its lines must be those of the example with the library on this machine, apart from
# lines that begin with #. `printed` has them all.
function(compare what)
  execute_process(COMMAND ${EXPECTED} OUTPUT_VARIABLE expected COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE found RESULT_VARIABLE code)
  set(printed "${found}" PARENT_SCOPE)
  string(REGEX REPLACE "#[^\n]*\n" "" expected "${expected}")
  string(REGEX REPLACE "#[^\n]*\n" "" found "${found}")
  if(NOT code EQUAL 0 OR NOT found STREQUAL expected OR NOT found MATCHES "done\n$")
    message(FATAL_ERROR "${what} ends with ${code} and says\n${found}\nwhere the library says\n${expected}")
  endif()
  message("${what}: the same bits as the library")
endfunction()
