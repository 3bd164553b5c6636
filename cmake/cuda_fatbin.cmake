# The CUDA kernels as a fat binary: machine code for several kinds of GPUs in one array of bytes. nvcc makes it;
# nothing else of CUDA is needed, and the array is the same for every host, hence cross builds have it, too.
#
# LENTIL_CUDA                AUTO (default): with kernels if nvcc works; ON: stop if it does not; OFF: without
# LENTIL_CUDA_ARCHITECTURES  as CMAKE_CUDA_ARCHITECTURES: 87 is code for GPUs of 8.7, 90-virtual is what the
#                            driver compiles for newer GPUs. Empty: all that this toolkit knows and we support
# LENTIL_NVCC                the compiler, if it is not found
set(LENTIL_CUDA AUTO CACHE STRING "CUDA kernels: AUTO, ON or OFF")
set_property(CACHE LENTIL_CUDA PROPERTY STRINGS AUTO ON OFF)
set(LENTIL_CUDA_ARCHITECTURES "" CACHE STRING "GPUs to compile for, e.g. 87;90;90-virtual; empty: all")

# lentil_cuda_architectures(result toolkit-version)
# Code runs on its own kind of GPU and on those of a newer minor version of the same generation: 80 serves 8.6 and
# 8.9, too, 100 serves 10.3, 120 serves 12.1. Between Jetsons and other GPUs that is not promised, so they have code
# of their own. PTX of the oldest serves whatever comes next: the kernels use nothing newer.
function(lentil_cuda_architectures result version)
  set(list 75)
  if(version VERSION_LESS 13)
    list(PREPEND list 53 62 70 72)  # Jetson Nano, TX2, Volta, Xavier
  endif()
  foreach(row "11.0 80" "11.4 87" "11.8 90" "12.8 100" "12.8 120" "13.0 110")
    string(REPLACE " " ";" row "${row}")
    list(GET row 0 since)
    list(GET row 1 architecture)
    if(NOT version VERSION_LESS since)
      list(APPEND list ${architecture})
    endif()
  endforeach()
  list(APPEND list 75-virtual)
  set(${result} ${list} PARENT_SCOPE)
endfunction()

# lentil_cuda_codes(result architecture...): the words that nvcc wants for them.
function(lentil_cuda_codes result)
  set(words "")
  foreach(architecture IN LISTS ARGN)
    if(NOT architecture MATCHES "^([0-9]+)(-real|-virtual)?$")
      message(FATAL_ERROR "LENTIL_CUDA_ARCHITECTURES: '${architecture}' is none; write 87 or 90-virtual")
    endif()
    if(CMAKE_MATCH_2 STREQUAL "-virtual")
      list(APPEND words -gencode=arch=compute_${CMAKE_MATCH_1},code=compute_${CMAKE_MATCH_1})
    else()
      list(APPEND words -gencode=arch=compute_${CMAKE_MATCH_1},code=sm_${CMAKE_MATCH_1})
    endif()
  endforeach()
  set(${result} ${words} PARENT_SCOPE)
endfunction()

# lentil_find_nvcc(version): sets the version of an nvcc that works, or "".
function(lentil_find_nvcc version)
  set(${version} "" PARENT_SCOPE)
  find_program(LENTIL_NVCC nvcc HINTS $ENV{CUDACXX} $ENV{CUDA_PATH}/bin $ENV{CUDA_HOME}/bin /usr/local/cuda/bin)
  mark_as_advanced(LENTIL_NVCC)
  if(NOT LENTIL_NVCC)
    set(problem "nvcc was not found")
  else()
    execute_process(COMMAND ${LENTIL_NVCC} --version OUTPUT_VARIABLE said RESULT_VARIABLE failed ERROR_QUIET)
    if(failed OR NOT said MATCHES "release ([0-9]+\\.[0-9]+)")
      set(problem "${LENTIL_NVCC} does not say its version")
    else()
      set(found ${CMAKE_MATCH_1})
      # It needs a host compiler that it likes, even for code of the GPU.
      set(trial ${PROJECT_BINARY_DIR}/CMakeFiles/lentil_nvcc_trial)
      file(WRITE ${trial}.cu "#include <cstdint>\n__global__ void trial(std::uint32_t* p) { *p = 1; }\n")
      execute_process(COMMAND ${LENTIL_NVCC} -std=c++17 -ptx -o ${trial}.ptx ${trial}.cu
        RESULT_VARIABLE failed ERROR_VARIABLE said OUTPUT_QUIET)
      if(failed)
        set(problem "${LENTIL_NVCC} cannot compile: ${said}")
      else()
        set(${version} ${found} PARENT_SCOPE)
        return()
      endif()
    endif()
  endif()
  if(LENTIL_CUDA STREQUAL "AUTO")
    message(STATUS "CUDA kernels: none, ${problem}")
  else()
    message(FATAL_ERROR "LENTIL_CUDA=${LENTIL_CUDA}: ${problem}")
  endif()
endfunction()

# lentil_cuda_fatbin(target source.cu otherwise.cpp)
# Adds a source to the target that defines lentil::cuda::fat_binary(): with kernels, or `otherwise`.
function(lentil_cuda_fatbin target source otherwise)
  set(version "")
  if(NOT LENTIL_CUDA STREQUAL "OFF")
    lentil_find_nvcc(version)
  endif()
  if(NOT version)
    target_sources(${target} PRIVATE ${otherwise})
    return()
  endif()
  set(architectures ${LENTIL_CUDA_ARCHITECTURES})
  if(NOT architectures)
    lentil_cuda_architectures(architectures ${version})
  endif()
  lentil_cuda_codes(codes ${architectures})
  string(REPLACE ";" " " names "${architectures}")
  message(STATUS "CUDA kernels: nvcc ${version} for ${names}")

  # Drivers before CUDA 12.4 cannot read what is compressed for size. None of them runs code of CUDA 13 anyway.
  set(compress -Xfatbin=-compress-all)
  if(NOT version VERSION_LESS 13.0)
    set(compress --compress-mode=size)
  endif()
  set(base ${CMAKE_CURRENT_BINARY_DIR}/cuda_kernels)
  # The bit contract: products and sums stay apart, division and roots are IEEE's, small numbers are kept.
  add_custom_command(
    OUTPUT ${base}.fatbin
    COMMAND ${LENTIL_NVCC} -std=c++17 -O3 --expt-relaxed-constexpr -fmad=false -ftz=false -prec-div=true -prec-sqrt=true
      -I ${PROJECT_SOURCE_DIR} -fatbin ${compress} ${codes}
      -MD -MF ${base}.d -MT ${base}.fatbin -o ${base}.fatbin ${source}
    DEPENDS ${source}
    DEPFILE ${base}.d
    COMMENT "Compiling the CUDA kernels for ${names}"
    VERBATIM)
  set(generator ${PROJECT_SOURCE_DIR}/cmake/embed_fatbin.cmake)
  add_custom_command(
    OUTPUT ${base}.cpp
    COMMAND ${CMAKE_COMMAND} -D FATBIN=${base}.fatbin -D SOURCE=${base}.cpp "-DARCHITECTURES=${names}"
      -D TOOLKIT=${version} -P ${generator}
    DEPENDS ${base}.fatbin ${generator}
    VERBATIM)
  target_sources(${target} PRIVATE ${base}.cpp)
  set_source_files_properties(${base}.cpp PROPERTIES SKIP_LINTING ON)
endfunction()
