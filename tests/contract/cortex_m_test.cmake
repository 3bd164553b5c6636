# Builds the bare-metal program and runs it on an emulated Cortex-M4F.
# cmake -D SOURCE=<cortex_m> -D WORK=<folder> -D LENTIL=<project> -D GENERATOR=<name> -D EXPECTED=<file>
#   -P cortex_m_test.cmake
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/../support/script.cmake)
need(arm-none-eabi-g++ qemu-system-arm)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} -G ${GENERATOR} -D CMAKE_BUILD_TYPE=MinSizeRel -D LENTIL=${LENTIL}
  -D LENTIL_WERROR=ON -D CMAKE_TOOLCHAIN_FILE=${LENTIL}/examples/cortex-m/toolchain.cmake)
run(${CMAKE_COMMAND} --build ${WORK})

# 20 steps of 64 images would take the emulator minutes.
set(PROGRAM qemu-system-arm -M mps2-an386 -display none -monitor none -serial none
  -chardev stdio,id=console -semihosting-config enable=on,target=native,chardev=console -kernel ${WORK}/cortex_m.elf)
set(EXCEPT "^lenet_20_steps")
include(${CMAKE_CURRENT_LIST_DIR}/compare.cmake)
