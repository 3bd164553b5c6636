# lentil_schema(name file.fbs): an interface target that offers <file>_generated.h, which flatc makes of the
# schema. Link it PRIVATE: neither the header nor FlatBuffers is part of our interface.
find_program(FLATC_PROGRAM flatc)
cmake_path(GET FLATC_PROGRAM PARENT_PATH flatc_folder)
find_path(FLATBUFFERS_INCLUDE_DIR flatbuffers/flatbuffers.h
  HINTS ${flatc_folder}/../include)  # a target without an operating system looks nowhere else
mark_as_advanced(FLATC_PROGRAM FLATBUFFERS_INCLUDE_DIR)
if(NOT FLATC_PROGRAM OR NOT FLATBUFFERS_INCLUDE_DIR)
  message(FATAL_ERROR "FlatBuffers not found: install flatbuffers-compiler and libflatbuffers-dev, "
    "or set FLATC_PROGRAM and FLATBUFFERS_INCLUDE_DIR")
endif()

function(lentil_schema name schema)
  get_filename_component(stem ${schema} NAME_WE)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/schema)
  add_custom_command(
    OUTPUT ${folder}/${stem}_generated.h
    COMMAND ${FLATC_PROGRAM} --cpp -o ${folder} ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
    DEPENDS ${schema}
    COMMENT "Generating ${stem}_generated.h"
    VERBATIM)
  add_custom_target(${name}_header DEPENDS ${folder}/${stem}_generated.h)
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}_header)
  # FlatBuffers alone: what lies beside it is for the host, and a cross compiler may not see it.
  file(MAKE_DIRECTORY ${folder})
  file(CREATE_LINK ${FLATBUFFERS_INCLUDE_DIR}/flatbuffers ${folder}/flatbuffers SYMBOLIC)
  target_include_directories(${name} SYSTEM INTERFACE ${folder})
  # The builder refuses to align beyond 32 bytes unless told; tensors are aligned to 64.
  target_compile_definitions(${name} INTERFACE FLATBUFFERS_MAX_ALIGNMENT=64)
endfunction()
