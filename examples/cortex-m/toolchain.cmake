# A Cortex-M with its floating-point unit, no operating system; LENTIL_CORE: cortex-m4, cortex-m7 or cortex-m55.
set(LENTIL_CORE cortex-m4 CACHE STRING "Core to compile for")
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR ${LENTIL_CORE})
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(lentil_fpu_cortex-m4 -mfpu=fpv4-sp-d16)
set(lentil_fpu_cortex-m7 -mfpu=fpv5-d16)
set(lentil_fpu_cortex-m55 -mfpu=auto)
set(CMAKE_C_FLAGS_INIT "-mcpu=${LENTIL_CORE} -mthumb ${lentil_fpu_${LENTIL_CORE}} -mfloat-abi=hard")
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)  # there is nothing to link a program with yet
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES LENTIL_CORE)
