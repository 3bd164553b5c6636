# For tests that are scripts of CMake and need tools.

# need(tool...): ends the script, visibly, without them; found_<tool> is the way to each.
macro(need)
  foreach(tool ${ARGN})
    find_program(found_${tool} ${tool})
    if(NOT found_${tool})
      message("skipped: ${tool} is not installed")
      return()
    endif()
  endforeach()
endmacro()

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
