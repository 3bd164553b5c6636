// Files that are a part of the program: cmake/embed_sources.cmake.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace lentil::tools {

struct EmbeddedFile {
  std::string_view name;             // "lentil.cc"
  std::span<const std::byte> bytes;  // begin at a multiple of 64
};

std::span<const EmbeddedFile> embedded_files();

}  // namespace lentil::tools
