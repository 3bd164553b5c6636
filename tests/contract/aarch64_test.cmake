# Builds what the contract needs with a preset for AArch64 and runs it under qemu; likewise an example that looks
# for a GPU and finds none. Kernels for one kind of GPU: a compile of a minute more would show nothing else.
# cmake -D SOURCE=<project> -D PRESET=<preset> -D WORK=<folder> -P aarch64_test.cmake
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
run(${CMAKE_COMMAND} --preset ${PRESET} -B ${WORK} -D LENTIL_CUDA_ARCHITECTURES=87)
run(${CMAKE_COMMAND} --build ${WORK} --target lentil_contract lentil_exact_memory lentil_example_gpu)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK} -L contract|cuda --output-on-failure --no-tests=error)
