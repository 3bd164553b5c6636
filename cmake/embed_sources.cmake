# lentil_embed_sources(target): what `lentil new app` writes, as a part of the program: one binary is all that has
# to be copied to another machine, and it never meets sources of another version than its own.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(lentil_embed_sources target)
  set(amalgamated ${PROJECT_BINARY_DIR}/amalgamated)
  file(GLOB_RECURSE parts CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/kernels/*.h ${PROJECT_SOURCE_DIR}/kernels/*.cpp ${PROJECT_SOURCE_DIR}/runtime/*.h
    ${PROJECT_SOURCE_DIR}/runtime/*.cpp ${PROJECT_SOURCE_DIR}/formats/*.h ${PROJECT_SOURCE_DIR}/formats/*.cpp)
  add_custom_command(
    OUTPUT ${amalgamated}/lentil.h ${amalgamated}/lentil.cc
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/amalgamate -o ${amalgamated}
      --flatc ${FLATC_PROGRAM} --flatbuffers ${FLATBUFFERS_INCLUDE_DIR}
    DEPENDS ${PROJECT_SOURCE_DIR}/tools/amalgamate ${PROJECT_SOURCE_DIR}/formats/model.fbs ${parts}
    COMMENT "Writing the engine as one source"
    VERBATIM)
  set(files ${amalgamated}/lentil.h ${amalgamated}/lentil.cc ${PROJECT_SOURCE_DIR}/models/digits.lentil)
  string(REPLACE ";" "," names "${files}")
  set(source ${PROJECT_BINARY_DIR}/embedded_files.cpp)
  set(generator ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${names}" -D SOURCE=${source} -P ${generator}
    DEPENDS ${files} ${generator}
    VERBATIM)
  target_sources(${target} PRIVATE ${source})
  set_source_files_properties(${source} PROPERTIES SKIP_LINTING ON)
endfunction()
