# Builds what the contract needs with the preset aarch64 and runs it under qemu.
# cmake -D SOURCE=<project> -D WORK=<folder> -P aarch64_test.cmake
cmake_minimum_required(VERSION 3.22)

foreach(tool aarch64-linux-gnu-g++ qemu-aarch64)
  find_program(found_${tool} ${tool})
  if(NOT found_${tool})
    message("skipped: ${tool} is not installed")
    return()
  endif()
endforeach()

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${SOURCE} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
run(${CMAKE_COMMAND} --preset aarch64 -B ${WORK})
run(${CMAKE_COMMAND} --build ${WORK} --target lentil_contract lentil_exact_memory)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK} -L contract --output-on-failure --no-tests=error)
