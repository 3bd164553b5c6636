# Test programs with Catch2 2.13 (Debian 12, Ubuntu 22.04) or 3.
find_package(Catch2 REQUIRED)
include(Catch)

if(Catch2_VERSION VERSION_LESS 3)
  add_library(lentil_test_main OBJECT ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp)
  lentil_target(lentil_test_main)
  target_compile_options(lentil_test_main PRIVATE -O0)  # Catch2 itself: a minute and a gigabyte otherwise
  target_link_libraries(lentil_test_main PUBLIC Catch2::Catch2)
else()
  add_library(lentil_test_main INTERFACE)
  target_include_directories(lentil_test_main INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/support/catch2_v3)
  target_link_libraries(lentil_test_main INTERFACE Catch2::Catch2WithMain)
endif()

# Skipped is a test that says so and in which nothing failed.
set(LENTIL_TEST_SKIPPED "skipped: .*(All tests passed|assertions: - none -)")

# lentil_tests(folder LABEL label SOURCES file...)
# One program lentil_<folder>_tests (a/b gives a_b), one ctest entry per test case.
function(lentil_tests folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL" "SOURCES")
  string(REPLACE "/" "_" program lentil_${folder}_tests)
  list(TRANSFORM arg_SOURCES PREPEND ${folder}/)
  add_executable(${program} ${arg_SOURCES})
  lentil_target(${program})
  target_link_libraries(${program} PRIVATE lentil_reference lentil_test_main)
  target_compile_definitions(${program} PRIVATE LENTIL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

  catch_discover_tests(${program} TEST_PREFIX "${folder}/"
    PROPERTIES LABELS ${arg_LABEL} TIMEOUT 600
      SKIP_REGULAR_EXPRESSION ${LENTIL_TEST_SKIPPED})
endfunction()

# The whole program once more for each instruction set that the processor at hand has.
function(lentil_tests_per_isa program)
  set(isas baseline)
  set(flags "")
  if(EXISTS /proc/cpuinfo)
    file(STRINGS /proc/cpuinfo flags REGEX "^flags" LIMIT_COUNT 1)
  endif()
  if(flags MATCHES " fma " AND flags MATCHES " avx2 ")
    list(APPEND isas avx2)
  endif()
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    set(isas neon)
  endif()
  foreach(isa IN LISTS isas)
    add_test(NAME ${program}_${isa} COMMAND ${program})
    set_tests_properties(${program}_${isa} PROPERTIES LABELS kernel ENVIRONMENT LENTIL_ISA=${isa} TIMEOUT 1200)
  endforeach()
endfunction()
