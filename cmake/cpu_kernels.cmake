# One source, several instruction sets: kernels/cpu is compiled once for each.

# lentil_kernel_objects(name isa flag...): the sources in CPU_KERNEL_SOURCES for one instruction set.
function(lentil_kernel_objects name isa)
  add_library(${name} OBJECT ${CPU_KERNEL_SOURCES})
  lentil_target(${name} EMBEDDED)
  target_compile_definitions(${name} PRIVATE LENTIL_ISA=${isa})
  if(NOT LENTIL_SANITIZE)  # with checks around every access, -O3 takes ten times as long to compile
    target_compile_options(${name} PRIVATE $<$<NOT:$<CONFIG:Debug,MinSizeRel>>:-O3>)
  endif()
  target_compile_options(${name} PRIVATE ${ARGN})
  if(ARGN)
    set_target_properties(${name} PROPERTIES CXX_CLANG_TIDY "")  # one look at the one source is enough
  endif()
endfunction()

# add_cpu_kernels(isa flag...): makes the instruction set part of lentil_kernels.
function(add_cpu_kernels isa)
  lentil_kernel_objects(lentil_kernels_${isa} ${isa} ${ARGN})
  target_sources(lentil_kernels PRIVATE $<TARGET_OBJECTS:lentil_kernels_${isa}>)

  # What no processor older than the flags may ever run must not leave its object file: an inline function
  # compiled here is a weak symbol that the linker may pick for everybody. The optimizer hides such symbols
  # by inlining, so tests/symbols_test.cmake looks at objects that are not optimized.
  if(LENTIL_BUILD_TESTS AND ARGN AND NOT LENTIL_SANITIZE)
    lentil_kernel_objects(lentil_kernels_${isa}_unoptimized ${isa} ${ARGN} -O0)
    set_property(GLOBAL APPEND PROPERTY LENTIL_ISA_OBJECTS
      lentil_kernels_${isa} lentil_kernels_${isa}_unoptimized)
  endif()
endfunction()
