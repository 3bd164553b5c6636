// ONNX files that lie: named errors, bounded memory, no crash.
#include <catch2/catch.hpp>
#include <limits>
#include <sys/resource.h>

#include "formats/host/npy.h"
#include "formats/host/npz.h"
#include "kernels/philox.h"
#include "tests/formats/import/onnx_file.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;
using test::OnnxFile;

namespace {

// Whatever comes of it, it comes back; whatever is read can be run.
void import_anything(std::string bytes) {
  const auto imported = kOnnxImporter.read({"hostile.onnx", AlignedBytes(std::as_bytes(std::span(bytes)))});
  if (!imported) CHECK_FALSE(imported.error().message.empty());
}

std::string failure_of(const OnnxFile& file) {
  const auto imported = file.imported();
  REQUIRE_FALSE(imported);
  return imported.error().message;
}

std::vector<std::string> some_files() {
  const auto cases = *NpzReader::open(LENTIL_SOURCE_DIR "/tests/formats/import/data/onnx_graphs.npz");
  std::vector<std::string> files{test::small_network().bytes()};
  for (const char* name : {"nhwc_concat", "product_idiom", "folded_weights", "norm_of_constants",
                           "pad_average", "float16_typed", "listed_inputs", "two_outputs"}) {
    const auto npy = cases.read(name);
    const auto bytes = read_npy<std::uint8_t>(*npy);
    files.emplace_back(reinterpret_cast<const char*>(bytes->values().data()), bytes->values().size());
  }
  return files;
}

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Bytes beyond the peak until now that reading this takes.
std::size_t growth(const std::string& bytes) {
  const ImportSource source{"hostile.onnx", AlignedBytes(std::as_bytes(std::span(bytes)))};
  const long before = peak_kilobytes();
  (void)kOnnxImporter.read(source);
  return static_cast<std::size_t>(peak_kilobytes() - before) * 1024;
}

}  // namespace

TEST_CASE("an ONNX file that is cut short anywhere is refused or read") {
  for (const std::string& file : some_files()) {
    for (std::size_t length = 0; length < file.size(); ++length) import_anything(file.substr(0, length));
  }
  const std::string file = test::small_network().bytes();
  const std::string cut = file.substr(0, file.size() - 5);
  const auto imported = import_source({"cut.onnx", AlignedBytes(std::as_bytes(std::span(cut)))});
  REQUIRE_FALSE(imported);
  CHECK_THAT(imported.error().message, Contains("cut.onnx: this ONNX file is damaged or cut short"));
}

TEST_CASE("an ONNX file with flipped bits is refused or read") {
  const kernels::RandomKey key{11, kernels::RandomUse::synth};
  for (std::string file : some_files()) {
    for (std::uint32_t i = 0; i < 4000; ++i) {
      const std::uint32_t bits = kernels::random_bits(key, i);
      std::string changed = file;
      changed[bits / 8 % file.size()] ^= static_cast<char>(1 << bits % 8);
      if (i % 2 == 1) changed[(bits >> 9) % file.size()] = static_cast<char>(bits >> 5);
      import_anything(changed);
    }
  }
}

TEST_CASE("texts and random bytes are no ONNX files") {
  const auto recognized = [](const std::string& text) {
    return kOnnxImporter.recognizes(std::as_bytes(std::span(text)));
  };
  CHECK(recognized(test::small_network().bytes()));
  CHECK_FALSE(recognized("Real ONNX model would go here..."));
  CHECK_FALSE(recognized(""));
  CHECK_FALSE(recognized("\n\nversion https://example.org/spec/v1\noid sha256:0"));
  CHECK_FALSE(recognized(std::string(64, '\0')));
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    std::string noise(4096, ' ');
    for (std::size_t i = 0; i < noise.size(); ++i)
      noise[i] = static_cast<char>(
          kernels::random_bits({seed, kernels::RandomUse::synth}, static_cast<std::uint32_t>(i)));
    CHECK_FALSE(recognized(noise));
  }
}

TEST_CASE("dimensions of an ONNX file that lie are refused by the tensor's name") {
  for (const auto& dims : std::vector<std::vector<std::int64_t>>{{-2, 1, 3, 3},
                                                                 {1 << 30, 1 << 30, 1 << 30, 1 << 30},
                                                                 {std::numeric_limits<std::int64_t>::min()},
                                                                 {2, 1, 3, 4}}) {
    OnnxFile file = test::small_network();
    auto& tensor = *file.graph().mutable_initializer(0);
    tensor.clear_dims();
    for (const std::int64_t d : dims) tensor.add_dims(d);
    CHECK_THAT(failure_of(file), Contains("'conv.weight'"));
  }
  for (const std::int64_t side : {std::int64_t{1} << 20, std::int64_t{1} << 40, std::int64_t{-3}}) {
    OnnxFile file({0, 1, side, side});
    file.node("Relu", {"x"}, "z");
    file.classify("z", 1);
    CHECK_THAT(failure_of(file), Contains("'x'"));
  }
}

TEST_CASE("windows of an ONNX file that lie are refused by the node's name") {
  for (const char* attribute : {"kernel_shape", "strides", "dilations", "pads"}) {
    for (const std::vector<std::int64_t>& values : std::vector<std::vector<std::int64_t>>{
             {0, 0}, {-1, -1, -1, -1}, {1}, {1 << 20, 1 << 20}, {1 << 30, 1, 1, 1}}) {
      OnnxFile file = test::small_network();
      test::set_integers(*file.graph().mutable_node(0), attribute, values);
      CHECK_THAT(failure_of(file), Contains("Conv node 'c'"));
    }
  }
}

TEST_CASE("weights that are no numbers are refused") {
  OnnxFile file = test::small_network();
  const std::vector<float> values(18, std::numeric_limits<float>::quiet_NaN());
  file.graph().mutable_initializer(0)->set_raw_data(values.data(), values.size() * sizeof(float));
  CHECK_THAT(failure_of(file), Contains("Conv node 'c'") && Contains("not finite"));
}

TEST_CASE("a small ONNX file takes little memory, whatever it claims") {
  constexpr std::size_t kAllowed = std::size_t{16} << 20;
  OnnxFile filled({0, 1, 2, 2});
  filled.integers("huge", {1 << 15, 1 << 15});
  filled.node("ConstantOfShape", {"huge"}, "ones");
  filled.node("Add", {"x", "ones"}, "z");
  filled.classify("z", 4);
  CHECK(growth(filled.bytes()) <= kAllowed);
  CHECK_THAT(failure_of(filled), Contains("more than a file of this size justifies"));

  OnnxFile doubled({0, 1, 2, 2});
  doubled.floats("v0", {1, 16});
  for (int i = 0; i < 40; ++i)
    doubled.node("Concat", {"v" + std::to_string(i), "v" + std::to_string(i)}, "v" + std::to_string(i + 1));
  doubled.node("Add", {"x", "v40"}, "z");
  doubled.classify("z", 4);
  CHECK(growth(doubled.bytes()) <= kAllowed);
  CHECK_FALSE(doubled.imported());

  // The weights of one tensor in a thousand layers.
  OnnxFile shared({0, 256});
  shared.floats("w", {256, 256});
  shared.node("MatMul", {"x", "w"}, "v0");
  for (int i = 0; i < 900; ++i)
    shared.node("MatMul", {"v" + std::to_string(i), "w"}, "v" + std::to_string(i + 1));
  shared.node("Relu", {"v900"}, "y");
  CHECK(growth(shared.bytes()) <= kAllowed);
  CHECK_THAT(failure_of(shared), Contains("more than a file of this size justifies"));

  // Two bytes make a node.
  OnnxFile nodes = test::small_network();
  std::string parts;
  for (int i = 0; i < 500'000; ++i) parts += std::string("\x0A\x00", 2);
  std::string graph = nodes.graph().SerializeAsString() + parts;
  nodes.model().clear_graph();
  std::string bytes = nodes.bytes() + '\x3A';
  for (std::size_t rest = graph.size(); rest != 0; rest >>= 7)
    bytes += static_cast<char>((rest & 0x7F) | (rest > 127 ? 0x80 : 0));
  bytes += graph;
  CHECK(growth(bytes) <= 4 * bytes.size() + kAllowed);
  const auto imported = kOnnxImporter.read({"parts.onnx", AlignedBytes(std::as_bytes(std::span(bytes)))});
  REQUIRE_FALSE(imported);
  CHECK_THAT(imported.error().message, Contains("far more parts"));
}
