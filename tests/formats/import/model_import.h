// Files of tests/formats/import/data, whole or changed, through the importers.
#pragma once
#include <catch2/catch.hpp>
#include <cmath>

#include "formats/host/file_io.h"
#include "formats/host/samples.h"
#include "formats/import/importer.h"
#include "kernels/device.h"
#include "tests/golden/tf_files.h"

namespace lentil::test {

using Bytes = std::vector<std::byte>;

inline Bytes data_file(const std::string& name) {
  const auto bytes = formats::read_file_aligned(LENTIL_SOURCE_DIR "/tests/formats/import/data/" + name);
  REQUIRE(bytes);
  return {bytes->begin(), bytes->end()};
}

inline formats::Outcome<formats::Imported> import_bytes(std::span<const std::byte> bytes) {
  return formats::import_source({"folder/net.file", formats::AlignedBytes(bytes)});
}

inline std::string refusal(std::span<const std::byte> bytes) {
  const auto imported = import_bytes(bytes);
  REQUIRE_FALSE(imported);
  return imported.error().message;
}

// The file gives a network, and the network what PyTorch gave.
inline void check_outputs(const TfFile& expected) {
  INFO(expected.file);
  const auto imported = import_bytes(data_file(expected.file));
  INFO((imported ? "" : imported.error().message));
  REQUIRE(imported);
  const auto& file = std::get<formats::ModelFile>(imported->contents);
  CHECK(file.input == expected.input);
  const auto outputs = formats::run_sample(
      *kernels::cpu().table, file, {.pixels = {}, .values = tf_picture(expected.input), .outputs = {}});
  REQUIRE(outputs);
  REQUIRE(outputs->size() == expected.outputs.size());
  for (std::size_t i = 0; i < outputs->size(); ++i) {
    CHECK((*outputs)[i] == Approx(expected.outputs[i]).margin(2e-6).epsilon(2e-6));
  }
}

// No truncation and no flipped bit does harm; `step` leaves bits out of large files.
inline void survive_damage(const Bytes& whole, std::size_t step) {
  const auto look = [](std::span<const std::byte> bytes) {
    const auto imported = import_bytes(bytes);
    CHECK((imported || imported.error().message.size() > std::string("folder/net.file: ").size()));
  };
  for (std::size_t size = 0; size < whole.size(); size += step) look(std::span(whole).first(size));
  for (std::size_t bit = 0; bit < 8 * whole.size(); bit += step) {
    Bytes flipped = whole;
    flipped[bit / 8] ^= std::byte{1} << bit % 8;
    look(flipped);
  }
}

}  // namespace lentil::test
