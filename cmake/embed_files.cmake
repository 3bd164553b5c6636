# Files as C++: tools/embedded_files.h.  cmake -D FILES="a,b" -D SOURCE=out.cpp -P embed_files.cmake
cmake_minimum_required(VERSION 3.22)
string(REPLACE "," ";" FILES "${FILES}")
set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS FILES)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  get_filename_component(name ${file} NAME)
  string(APPEND arrays "alignas(64) constexpr unsigned char kFile${number}[] = {\n${bytes}};\n")
  string(APPEND rows "    EmbeddedFile{\"${name}\", std::as_bytes(std::span(kFile${number}))},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${SOURCE} "#include \"tools/embedded_files.h\"

#include <array>

namespace lentil::tools {
namespace {

${arrays}
}  // namespace

std::span<const EmbeddedFile> embedded_files() {
  static const std::array kFiles{
${rows}  };
  return kFiles;
}

}  // namespace lentil::tools
")
