# lentil_protobuf_schema(name file.proto): a static library of what protoc makes of the schema; offers <file>.pb.h.
# Neither the header nor protobuf is part of our interface: link it PRIVATE.
find_program(PROTOC_PROGRAM protoc)
find_path(PROTOBUF_INCLUDE_DIR google/protobuf/message_lite.h)
find_library(PROTOBUF_LITE_LIBRARY protobuf-lite)
mark_as_advanced(PROTOC_PROGRAM PROTOBUF_INCLUDE_DIR PROTOBUF_LITE_LIBRARY)
if(NOT PROTOC_PROGRAM OR NOT PROTOBUF_INCLUDE_DIR OR NOT PROTOBUF_LITE_LIBRARY)
  message(FATAL_ERROR "Protocol Buffers not found: install protobuf-compiler and libprotobuf-dev, "
    "or set PROTOC_PROGRAM, PROTOBUF_INCLUDE_DIR and PROTOBUF_LITE_LIBRARY")
endif()

function(lentil_protobuf_schema name schema)
  get_filename_component(stem ${schema} NAME_WE)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/schema)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${folder}/${stem}.pb.h ${folder}/${stem}.pb.cc
    COMMAND ${PROTOC_PROGRAM} --cpp_out=${folder} --proto_path=${CMAKE_CURRENT_SOURCE_DIR} ${schema}
    DEPENDS ${schema}
    COMMENT "Generating ${stem}.pb.h"
    VERBATIM)
  add_library(${name} STATIC ${folder}/${stem}.pb.cc)
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_compile_options(${name} PRIVATE -w)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_CLANG_TIDY "")
  target_include_directories(${name} SYSTEM PUBLIC ${folder} ${PROTOBUF_INCLUDE_DIR})
  target_link_libraries(${name} PUBLIC ${PROTOBUF_LITE_LIBRARY} Threads::Threads)
endfunction()
