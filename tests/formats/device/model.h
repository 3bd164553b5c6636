// A model file in memory, and C++ that says what the C API must say of it.
#pragma once
#include <catch2/catch.hpp>
#include <string>

#include "formats/device/lentil.h"
#include "formats/host/aligned_bytes.h"
#include "formats/host/samples.h"
#include "formats/host/synth.h"
#include "formats/model_writer.h"
#include "tests/support/networks.h"

namespace lentil::test {

inline constexpr std::string_view kSmallSpec =
    "input 1x28x28, conv 3 k5 s2, maxpool 2, relu, flatten, linear 10, logsoftmax";

// With replay samples, one of them without pixels, golden outputs and names of the classes.
inline formats::ModelFile small_file() {
  formats::ModelFile file = network(kSmallSpec);
  file.replay = formats::drawn_samples(file, 12);
  formats::Sample values{.pixels = {}, .values = random_floats(784, 5), .outputs = {}, .label = 3};
  file.replay.insert(file.replay.begin() + 4, values);
  file.golden = formats::drawn_samples(file, 2);
  REQUIRE(formats::renew_golden(*kernels::cpu().table, file));
  for (int i = 0; i < 10; ++i) file.labels.push_back("class " + std::to_string(i));
  return file;
}

// A network of the C API in an arena of exactly the size that it asks for.
class OpenNetwork {
 public:
  explicit OpenNetwork(const formats::ModelFile& file, const lentil_options& options = {})
      : bytes(formats::write_model(file)), scratch_(1 << 16) {
    std::uint64_t needed = 0;
    check(lentil_needed(bytes.data(), bytes.size(), &options, scratch_.data(), scratch_.size(), &needed));
    arena = formats::AlignedBytes(static_cast<std::size_t>(needed));
    check(lentil_open(&network, bytes.data(), bytes.size(), &options, arena.data(), arena.size()));
  }
  operator lentil_network*() const { return network; }

  static void check(const lentil_error& error) {
    INFO(lentil_status_text(error.status)
         << " where " << error.where << " needed " << error.needed << " given " << error.given);
    REQUIRE(error.status == LENTIL_OK);
  }
  lentil_facts facts() const {
    lentil_facts facts;
    check(lentil_info(network, &facts));
    return facts;
  }

  formats::AlignedBytes bytes, arena;
  lentil_network* network = nullptr;

 private:
  formats::AlignedBytes scratch_;
};

inline void check_error(const lentil_error& error, std::uint32_t status, std::uint32_t where,
                        std::uint64_t needed, std::uint64_t given) {
  CHECK(std::string(lentil_status_text(error.status)) == lentil_status_text(status));
  CHECK(error.where == where);
  CHECK(error.needed == needed);
  CHECK(error.given == given);
}

inline lentil_image image_of(std::span<const std::uint8_t> pixels, std::uint32_t side = 28) {
  return {pixels.data(), side, side, 1, 0};
}

}  // namespace lentil::test
