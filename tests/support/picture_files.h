// Pictures on a disk, below a temporary folder.
#pragma once
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "formats/host/image.h"
#include "tests/support/temporary_folder.h"

namespace lentil::test {

class PictureFiles {
 public:
  std::string path(const std::string& name) const { return folder_.path(name); }

  // A grey picture of one shade.
  void picture(const std::string& name, std::uint8_t shade, std::uint32_t side = 2) const {
    make_folder_of(name);
    REQUIRE(formats::write_png(path(name),
                               {side, side, 1, std::vector<std::uint8_t>(std::size_t{side} * side, shade)}));
  }
  void text(const std::string& name, const std::string& contents) const {
    make_folder_of(name);
    std::ofstream(path(name), std::ios::binary) << contents;
  }

 private:
  void make_folder_of(const std::string& name) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
  }

  TemporaryFolder folder_;
};

}  // namespace lentil::test
