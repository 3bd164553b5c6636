# A fat binary as C++.  cmake -D FATBIN=in -D SOURCE=out.cpp -D ARCHITECTURES="87 90" -D TOOLKIT=13.0 -P ...
cmake_minimum_required(VERSION 3.22)
file(READ ${FATBIN} hex HEX)
string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${SOURCE} "#include \"formats/host/cuda/fat_binary.h\"

namespace lentil::cuda {
namespace {

alignas(64) constexpr unsigned char kImage[] = {
${bytes}};

}  // namespace

FatBinary fat_binary() {
  return {.image = std::as_bytes(std::span(kImage)), .architectures = \"${ARCHITECTURES}\", .toolkit = \"${TOOLKIT}\"};
}

}  // namespace lentil::cuda
")
