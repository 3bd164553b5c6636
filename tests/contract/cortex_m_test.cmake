# Builds the bare-metal program and runs it on an emulated Cortex-M4F.
# cmake -D SOURCE=<cortex_m> -D WORK=<folder> -D LENTIL=<project> -D GENERATOR=<name> -D EXPECTED=<file>
#   -P cortex_m_test.cmake
cmake_minimum_required(VERSION 3.22)

foreach(tool arm-none-eabi-g++ qemu-system-arm)
  find_program(found_${tool} ${tool})
  if(NOT found_${tool})
    message("skipped: ${tool} is not installed")
    return()
  endif()
endforeach()

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} -G ${GENERATOR} -D CMAKE_BUILD_TYPE=MinSizeRel -D LENTIL=${LENTIL}
  -D LENTIL_WERROR=ON -D CMAKE_TOOLCHAIN_FILE=${LENTIL}/examples/cortex-m/toolchain.cmake)
run(${CMAKE_COMMAND} --build ${WORK})

# 20 steps of 64 images would take the emulator minutes.
set(PROGRAM qemu-system-arm -M mps2-an386 -display none -monitor none -serial none
  -chardev stdio,id=console -semihosting-config enable=on,target=native,chardev=console -kernel ${WORK}/cortex_m.elf)
set(EXCEPT "^lenet_20_steps")
include(${CMAKE_CURRENT_LIST_DIR}/compare.cmake)
