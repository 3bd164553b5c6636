#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "formats/host/npy.h"
#include "formats/host/npz.h"
#include "formats/import/importer.h"
#include "kernels/philox.h"
#include "tests/support/networks.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

using Arrays = std::vector<std::pair<std::string, std::vector<std::byte>>>;

std::vector<std::byte> archive_of(const Arrays& arrays, Packing packing = Packing::stored) {
  std::vector<NpzMember> members;
  for (const auto& [name, npy] : arrays) members.push_back({name, npy});
  return *npz_bytes(members, packing);
}

template <class T>
std::vector<std::byte> array_of(std::vector<T> values, std::vector<std::int64_t> sizes) {
  return write_npy(*TensorView<const T>::over(values, sizes));
}

Outcome<Imported> import_bytes(std::span<const std::byte> bytes) {
  return import_source({"w.npz", AlignedBytes(bytes)});
}

std::string refusal(std::span<const std::byte> bytes) {
  const auto imported = import_bytes(bytes);
  return imported ? "imported" : imported.error().message;
}

// A .npy file by hand.
std::vector<std::byte> array_with_type(const std::string& descr, const std::string& elements) {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (2,), }";
  header.resize(117, ' ');
  const std::string text =
      std::string("\x93NUMPY\x01\x00", 8) + std::string("\x76\x00", 2) + header + "\n" + elements;
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("arrays of a NumPy archive are weights by their names") {
  for (const Packing packing : {Packing::stored, Packing::deflated}) {
    const auto imported =
        import_bytes(archive_of({{"fc1.weight", array_of<float>({1, -0.0f, 1e-45f, 4}, {2, 2})},
                                 {"fc1.bias", array_of<double>({0.1, 2}, {2})},
                                 {"half", array_with_type("<f2", std::string("\0\x3c\0\xc0", 4))},
                                 {"scale", array_of<std::int64_t>({7}, {})},
                                 {"bn.num_batches_tracked", array_of<std::int64_t>({9}, {})}},
                                packing));
    REQUIRE(imported);
    CHECK(imported->format == "NumPy archive");
    const auto& tensors = std::get<WeightFile>(imported->contents).tensors;
    REQUIRE(tensors.size() == 4);
    CHECK(tensors[0].name == "fc1.weight");
    CHECK(tensors[0].shape == std::vector<std::uint32_t>{2, 2});
    CHECK(tensors[0].values == std::vector<float>{1, -0.0f, 1e-45f, 4});
    CHECK(tensors[1].values == std::vector<float>{0.1f, 2});
    CHECK(tensors[1].type == "float64");
    CHECK(tensors[2].values == std::vector<float>{1, -2});
    CHECK(tensors[2].type == "float16");
    CHECK(tensors[3].shape.empty());
    CHECK(tensors[3].values == std::vector<float>{7});
    CHECK_THAT(imported->notes.at(0), Contains("num_batches_tracked"));
  }
}

TEST_CASE("a data set in a NumPy archive is sent to where it belongs") {
  const auto array = array_of<std::uint8_t>({1, 2}, {2});
  CHECK_THAT(refusal(archive_of({{"X_train", array}, {"y_train", array}})),
             Contains("it is a data set") && Contains("--data w.npz"));
  CHECK_THAT(refusal(archive_of({{"data", array}, {"target", array}})), Contains("it is a data set"));
  CHECK(refusal(archive_of({{"x", array}, {"weights", array}})) == "imported");
}

TEST_CASE("pickled arrays are refused, with what to do") {
  CHECK_THAT(refusal(archive_of({{"cnn", array_with_type("|O", "\x80\x04N.")}})),
             Contains("w.npz: array 'cnn'") && Contains("Python objects (pickled)") &&
                 Contains("save plain arrays"));
}

TEST_CASE("a NumPy archive that grows too large is refused before it is unpacked") {
  const std::vector<float> zeros(6 << 20);
  const auto bomb = archive_of({{"zeros", array_of<float>(zeros, {6 << 20})}}, Packing::deflated);
  CHECK_THAT(refusal(bomb), Contains("more bytes than the limit"));
  const std::vector<std::uint8_t> pixels(3 << 20);
  const auto wide = archive_of({{"bytes", array_of<std::uint8_t>(pixels, {3 << 20})}}, Packing::deflated);
  CHECK_THAT(refusal(wide), Contains("array 'bytes': its values are more than"));
}

TEST_CASE("NumPy archives survive every truncation and many flips") {
  const auto good =
      archive_of({{"a", array_of<float>({1, 2, 3}, {3})}, {"b", array_of<std::uint8_t>({1}, {1})}});
  REQUIRE(refusal(good) == "imported");
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK(refusal(std::span(good).first(size)) != "imported");
  CHECK_THAT(refusal(std::span(good).first(200)), Contains("no usable zip archive"));
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    auto flipped = good;
    const std::uint32_t bit = kernels::random_bits({6, kernels::RandomUse::synth}, i);
    flipped[bit / 8 % good.size()] ^= std::byte{1} << bit % 8;
    static_cast<void>(import_bytes(flipped));
  }
}

TEST_CASE("wild files of weights are read or refused as they deserve") {
  const char* data = std::getenv("LENTIL_DATA");
  if (data == nullptr) {
    std::cout << "skipped: LENTIL_DATA names no folder with wild/\n";
    return;
  }
  const auto wild = [&](const std::string& name) { return import_file(std::string(data) + "/wild/" + name); };
  const auto tensors = [&](const std::string& name) {
    const auto imported = wild(name);
    if (!imported) FAIL(imported.error().message);
    return std::get<WeightFile>(imported->contents).tensors;
  };
  CHECK(tensors("chirantan_weights.npz").size() == 8);
  CHECK(tensors("sumanth_weights.npz")[0].shape == std::vector<std::uint32_t>{3, 3, 1, 8});
  CHECK(tensors("karelnagel_mnist.safetensors").size() == 18);
  CHECK(tensors("sanyexieai_mnist.safetensors").size() == 20);
  CHECK(tensors("burn_multi_layer.safetensors").size() == 8);
  const auto pickled = wild("beiser_model.npz");
  REQUIRE_FALSE(pickled);
  CHECK_THAT(pickled.error().message, Contains("Python objects"));
}
