# The rules of the source tree.  cmake -D ROOT=<source folder> -P tree_test.cmake
cmake_minimum_required(VERSION 3.22)

set(failures 0)
macro(fail text)
  message(STATUS "${text}")
  math(EXPR failures "${failures} + 1")
endmacro()

# At the top lies nothing else (dot files apart); build/ is ignored by git.
set(allowed_at_top
  CHANGES.md CMakeLists.txt CMakePresets.json LICENSE README.md
  build cmake docs examples formats kernels models runtime tests tools)
file(GLOB top RELATIVE ${ROOT} ${ROOT}/*)
foreach(entry IN LISTS top)
  if(NOT entry IN_LIST allowed_at_top AND NOT entry MATCHES "^\\.")
    fail("${entry}: not one of the files and folders that stand at the top")
  endif()
endforeach()

# Includes point to the left: kernels <- runtime <- formats <- models <- tools.
set(arrows kernels runtime formats models tools tests)
set(preprocessor_files kernels/cpu/vec.h kernels/cpu/dispatch.cpp kernels/host_device.h formats/device/lentil.h)
set(longest 600)

foreach(folder IN LISTS arrows)
  list(FIND arrows ${folder} position)
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*.h
    ${ROOT}/${folder}/*.cpp ${ROOT}/${folder}/*.cu)
  foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]*\"")
    foreach(line IN LISTS includes)
      if(line MATCHES "\"([a-z]+)/" AND CMAKE_MATCH_1 IN_LIST arrows)
        list(FIND arrows ${CMAKE_MATCH_1} target)
        if(target GREATER position)
          fail("${file}: ${line} points to the right")
        endif()
      endif()
    endforeach()

    file(STRINGS ${ROOT}/${file} conditions REGEX "^[ \t]*#[ \t]*(if|elif)")
    if(conditions AND NOT file IN_LIST preprocessor_files)
      list(GET conditions 0 first)
      fail("${file}: ${first}: conditions belong in ${preprocessor_files}")
    endif()

    file(READ ${ROOT}/${file} text)
    string(REGEX REPLACE "[^\n]" "" newlines "${text}")
    string(LENGTH "${newlines}" lines)
    if(lines GREATER longest)
      fail("${file}: ${lines} lines, at most ${longest}")
    endif()
  endforeach()
endforeach()

# tests/runtime/plan_test.cpp has its runtime/plan.cpp or .h; sub-folders may be left out. A source with much to
# test may have files for one topic each, whose names add a word: trainer_accumulate_test.cpp. The oracle, the
# golden values, the contract and the emulation of CUDA have no source to mirror.
file(GLOB_RECURSE tests RELATIVE ${ROOT}/tests ${ROOT}/tests/*_test.cpp)
foreach(test IN LISTS tests)
  get_filename_component(folder ${test} DIRECTORY)
  get_filename_component(name ${test} NAME)
  string(REGEX REPLACE "_test\\.cpp$" "" topic ${name})
  string(REGEX REPLACE "_[^_]+$" "" shorter ${topic})
  file(GLOB_RECURSE mirrored
    ${ROOT}/${folder}/${topic}.cpp ${ROOT}/${folder}/${topic}.h
    ${ROOT}/${folder}/${shorter}.cpp ${ROOT}/${folder}/${shorter}.h)
  if(NOT mirrored AND NOT folder MATCHES "^(reference|golden|contract|cuda|gpu)$")
    fail("tests/${test}: there is no ${topic}.cpp or .h below ${folder}/")
  endif()
endforeach()

if(failures)
  message(FATAL_ERROR "${failures} rules broken")
endif()
