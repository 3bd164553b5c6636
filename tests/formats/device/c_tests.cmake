# What C programs and Python make of lentil.h and liblentil.so.
enable_language(C)

# lentil_c_program(name source library): C99 and nothing else, warnings are errors.
function(lentil_c_program name source library)
  add_executable(${name} ${source})
  lentil_target(${name})
  set_target_properties(${name} PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)
  target_compile_options(${name} PRIVATE -pedantic)
  target_link_libraries(${name} PRIVATE ${library})
endfunction()

foreach(language c cpp)
  lentil_c_program(lentil_header_${language} formats/device/header.${language} lentil::shared)
  add_test(NAME formats/device/header_${language} COMMAND lentil_header_${language})
  set_tests_properties(formats/device/header_${language} PROPERTIES LABELS unit)
endforeach()

# A bar that stands.
string(REPEAT "~" 27 paper)
string(REPEAT "~" 60 empty)
string(REPEAT "${empty}" 10 margin)
string(REPEAT "${paper}!!!!!!${paper}" 40 bar)
set(picture ${CMAKE_CURRENT_BINARY_DIR}/bar.pgm)
file(WRITE ${picture} "P5 60 60 255\n${margin}${bar}${margin}\n")
set(digits ${PROJECT_SOURCE_DIR}/models/digits.lentil)

lentil_c_program(lentil_example_classify_c ${PROJECT_SOURCE_DIR}/examples/classify.c lentil::c)
add_test(NAME examples/classify_c COMMAND lentil_example_classify_c ${digits} ${picture})
add_test(NAME examples/classify_c_no_model COMMAND lentil_example_classify_c ${picture} ${picture})
lentil_c_program(lentil_example_learn_c ${PROJECT_SOURCE_DIR}/examples/learn.c lentil::shared)
add_test(NAME examples/learn_c COMMAND lentil_example_learn_c ${digits} learn_c.slots)
set_tests_properties(examples/classify_c PROPERTIES LABELS tool PASS_REGULAR_EXPRESSION "^1 ")
set_tests_properties(examples/classify_c_no_model PROPERTIES LABELS tool
  PASS_REGULAR_EXPRESSION "bar.pgm: not a Lentil file")
set_tests_properties(examples/learn_c PROPERTIES LABELS tool
  PASS_REGULAR_EXPRESSION "12 after: kept\nsaved as 1\nback to save 0\n")

if(LENTIL_SANITIZE)  # Python cannot load such a library, which has other symbols
  return()
endif()
add_test(NAME formats/device/exports COMMAND ${CMAKE_COMMAND} -D NM=${CMAKE_NM} -D OBJDUMP=${CMAKE_OBJDUMP}
  -D LIBRARY=$<TARGET_FILE:lentil_shared> -P ${CMAKE_CURRENT_LIST_DIR}/exports_test.cmake)
add_test(NAME formats/device/sizes
  COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D WORK=${CMAKE_CURRENT_BINARY_DIR}/sizes
    -D GENERATOR=${CMAKE_GENERATOR} -D PICTURE=${picture} -P ${CMAKE_CURRENT_LIST_DIR}/sizes_test.cmake)
set_tests_properties(formats/device/exports formats/device/sizes PROPERTIES LABELS size TIMEOUT 900
  SKIP_REGULAR_EXPRESSION "skipped: ")
if(PYTHON3_PROGRAM)
  add_test(NAME formats/device/python COMMAND ${PYTHON3_PROGRAM} ${CMAKE_CURRENT_LIST_DIR}/python_test.py
    ${digits} ${CMAKE_CURRENT_BINARY_DIR}/python.slots)
else()
  add_test(NAME formats/device/python COMMAND ${CMAKE_COMMAND} -E echo "skipped: no python3")
endif()
set_tests_properties(formats/device/python PROPERTIES LABELS tool SKIP_REGULAR_EXPRESSION "skipped: no python3"
  ENVIRONMENT "LENTIL_LIBRARY=$<TARGET_FILE:lentil_shared>;PYTHONPATH=${PROJECT_SOURCE_DIR}/tools/python;PYTHONDONTWRITEBYTECODE=1")
