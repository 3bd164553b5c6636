# What all targets of ours have in common. Everything is set on targets: a project that includes this one
# with add_subdirectory keeps its own flags.

add_library(lentil_warnings INTERFACE)
target_compile_options(lentil_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wvla
  # GCC 12 sees uninitialized values inside its own <functional> under sanitizers, and in vectors at -O3; clang's
  # analyzer looks for real ones in the tidy preset. And it takes "literal" + std::string for an overlapping copy
  # (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-restrict>
  $<$<BOOL:${LENTIL_WERROR}>:-Werror>)

# lentil_target(name [EMBEDDED])
# EMBEDDED: part of what runs on a device, hence without exceptions and RTTI.
function(lentil_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "EMBEDDED" "" "")
  target_compile_features(${name} PUBLIC cxx_std_20)
  set_target_properties(${name} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)  # static libraries that may end up inside a plug-in or a Python module
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/lentil>)
  target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:lentil_warnings>)
  # The bit contract: a compiler may not fuse a product and a sum that we wrote apart.
  target_compile_options(${name} PRIVATE -ffp-contract=off)
  if(arg_EMBEDDED)
    # Where every byte counts, a linker drops what nobody calls (-Wl,--gc-sections), and no table says how to
    # unwind what throws nothing.
    target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti
      $<$<CONFIG:MinSizeRel>:-ffunction-sections;-fdata-sections;-fno-asynchronous-unwind-tables;-fno-unwind-tables>)
  endif()
  if(LENTIL_SANITIZE)
    target_compile_options(${name} PRIVATE -fsanitize=${LENTIL_SANITIZE} -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
    target_link_options(${name} PRIVATE -fsanitize=${LENTIL_SANITIZE})
  endif()
endfunction()

# lentil_optimize(target level): instead of CMake's -O3 in Release. What reads options and files spends no time
# that would be worth a program of twice the size.
function(lentil_optimize name level)
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:${level}>)
endfunction()

# lentil_library(name [EMBEDDED] SOURCES file...)
# A static library lentil_<name>, for others lentil::<name>.
function(lentil_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "EMBEDDED" "" "SOURCES")
  add_library(lentil_${name} STATIC ${arg_SOURCES})
  add_library(lentil::${name} ALIAS lentil_${name})
  set_target_properties(lentil_${name} PROPERTIES EXPORT_NAME ${name})
  if(arg_EMBEDDED)
    lentil_target(lentil_${name} EMBEDDED)
  else()
    lentil_target(lentil_${name})
  endif()
  set_property(GLOBAL APPEND PROPERTY LENTIL_LIBRARIES lentil_${name})
endfunction()
