#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

#include "formats/import/importer.h"
#include "kernels/philox.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

// A file with this header and so many bytes of values, which count up.
std::string file_of(const std::string& header, std::size_t bytes = 16) {
  std::string text(sizeof(std::uint64_t), '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(header.size() >> 8 * i & 255);
  text += header;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(i);
  return text;
}

Outcome<Imported> import_text(const std::string& text) {
  return import_source({"a.safetensors", AlignedBytes(std::as_bytes(std::span(text)))});
}

std::string refusal(const std::string& text) {
  const auto imported = import_text(text);
  return imported ? "imported" : imported.error().message;
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
         offsets + "]}";
}

const std::string kGood = "{" + tensor("a", "F32", "2", "0,8") + "," + tensor("b", "U8", "2,4", "8,16") + "}";

// A file whose values are these bytes.
NamedTensor read_one(const std::string& dtype, const std::string& shape, const std::string& bytes) {
  std::string text =
      file_of("{" + tensor("t", dtype, shape, "0," + std::to_string(bytes.size())) + "}", 0) + bytes;
  const auto imported = import_text(text);
  if (!imported) FAIL(imported.error().message);
  return std::get<WeightFile>(imported->contents).tensors.at(0);
}

template <class T>
std::string bytes_of(std::vector<T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

TEST_CASE("safetensors of every type become floats") {
  using Floats = std::vector<float>;
  CHECK(read_one("F64", "2", bytes_of<double>({0.1, -3})).values == Floats{0.1f, -3});
  CHECK(read_one("F32", "", bytes_of<float>({1e-45f})).values == Floats{1e-45f});
  const NamedTensor halves =
      read_one("F16", "2,3", bytes_of<std::uint16_t>({0x3C00, 0xC000, 1, 0x7BFF, 0xFC00, 0x8000}));
  CHECK(halves.values == Floats{1, -2, 0x1p-24f, 65504, -HUGE_VALF, 0});
  CHECK(std::signbit(halves.values[5]));
  CHECK(halves.type == "float16");
  CHECK(halves.shape == std::vector<std::uint32_t>{2, 3});
  CHECK(std::isnan(read_one("F16", "1", bytes_of<std::uint16_t>({0x7E00})).values[0]));
  CHECK(read_one("BF16", "2", bytes_of<std::uint16_t>({0x3F80, 0xC049})).values == Floats{1, -3.140625f});
  CHECK(read_one("I64", "1", bytes_of<std::int64_t>({-5})).values == Floats{-5});
  CHECK(read_one("I32", "1", bytes_of<std::int32_t>({70000})).values == Floats{70000});
  CHECK(read_one("I16", "1", bytes_of<std::int16_t>({-300})).values == Floats{-300});
  CHECK(read_one("I8", "1", "\xff").values == Floats{-1});
  CHECK(read_one("U8", "1", "\xff").values == Floats{255});
  CHECK(read_one("BOOL", "1", "\x01").values == Floats{1});
  CHECK(read_one("F32", "3,0", "").values.empty());
}

TEST_CASE("safetensors come in the order of their values, and their metadata in a note") {
  const auto imported =
      import_text(file_of("{" + tensor("b", "F32", "2", "8,16") + "," + tensor("a", "F32", "2", "0,8") +
                          ",\"__metadata__\":{\"format\":\"pt\",\"made\":\"by\\nhand\"}}   "));
  REQUIRE(imported);
  const WeightFile& file = std::get<WeightFile>(imported->contents);
  CHECK(file.tensors[0].name == "a");
  CHECK(file.tensors[1].name == "b");
  CHECK(imported->notes == std::vector<std::string>{"its metadata: format = pt, made = by hand"});
  CHECK(import_text(file_of("{\"__metadata__\":null," + tensor("a", "F32", "4", "0,16") + "}")));
}

TEST_CASE("counters of training batches are left out of safetensors, and this is said") {
  const auto imported = import_text(file_of("{" + tensor("bn.num_batches_tracked", "I64", "", "0,8") + "," +
                                            tensor("bn.weight", "F32", "2", "8,16") + "}"));
  REQUIRE(imported);
  CHECK(std::get<WeightFile>(imported->contents).tensors.size() == 1);
  CHECK_THAT(imported->notes.at(0), Contains("num_batches_tracked"));
}

TEST_CASE("safetensors whose values overlap, leave holes or lie outside are refused") {
  const auto two = [](const std::string& first, const std::string& second) {
    return refusal(
        file_of("{" + tensor("a", "F32", "2", first) + "," + tensor("b", "F32", "2", second) + "}"));
  };
  CHECK(two("0,8", "8,16") == "imported");
  CHECK(two("0,8", "4,12") ==
        "a.safetensors: tensor 'b': it lies at bytes 4 to 12, where another tensor lies");
  CHECK_THAT(two("0,8", "0,8"), Contains("where another tensor lies"));
  CHECK_THAT(two("4,12", "8,16"), Contains("bytes 0 to 4 in front of it belong to no tensor"));
  CHECK_THAT(two("0,8", "9,17"), Contains("the file has 16"));
  CHECK_THAT(two("0,8", "18446744073709551608,18446744073709551600"), Contains("run backwards"));
  CHECK_THAT(two("0,8", "0,18446744073709551615"), Contains("the file has 16"));
  CHECK_THAT(refusal(file_of("{" + tensor("a", "F32", "2", "0,8") + "}")),
             Contains("its last 8 bytes belong to no tensor"));
}

TEST_CASE("safetensors whose shape and bytes disagree are refused") {
  const auto one = [](const std::string& dtype, const std::string& shape) {
    return refusal(file_of("{" + tensor("a", dtype, shape, "0,16") + "}"));
  };
  CHECK(one("F32", "2,2") == "imported");
  CHECK_THAT(one("F32", "3"),
             Contains("asks for 3 values of 4 bytes, and its data_offsets give it 16 bytes"));
  CHECK_THAT(one("F32", "4294967295,4294967295,4294967295"), Contains("tensor 'a': its shape asks for"));
  CHECK_THAT(one("F32", "4611686018427387908"), Contains("its shape is impossible: 4611686018427387908"));
  CHECK_THAT(one("F32", "1,1,1,1,1,1,1,1,4"), Contains("more than 8 sizes"));
  CHECK_THAT(one("F32", "-4"), Contains("a negative number"));
  CHECK_THAT(one("F32", "4.0"), Contains("a fraction"));
  CHECK_THAT(one("F8_E4M3", "16"), Contains("its type is F8_E4M3, and only") && Contains("save it as F32"));
}

TEST_CASE("headers of safetensors that hold anything else are refused") {
  CHECK(refusal(file_of(kGood)) == "imported");
  CHECK_THAT(refusal(file_of("{}", 0)), Contains("it holds no tensors"));
  CHECK_THAT(refusal(file_of("{\"a\":1}")), Contains("holds something where the format has none (at 'a')"));
  CHECK_THAT(refusal(file_of("{\"a\":[[1]]}")), Contains("(at 'a')"));
  CHECK_THAT(refusal(file_of("{" + tensor("a", "F32", "[2]", "0,16") + "}")),
             Contains("where the format has none"));
  CHECK_THAT(refusal(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[4]}}")),
             Contains("it lacks dtype, shape or data_offsets"));
  CHECK_THAT(refusal(file_of("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}")),
             Contains("'dtype' stands twice"));
  CHECK_THAT(refusal(file_of("{\"a\":{\"code\":\"F32\"}}")), Contains("unknown key 'code'"));
  CHECK_THAT(refusal(file_of("{\"a\":{\"data_offsets\":[0]}}")), Contains("data_offsets are two numbers"));
  CHECK_THAT(refusal(file_of("{\"__metadata__\":{\"a\":{}}}")), Contains("where the format has none"));
  CHECK_THAT(
      refusal(file_of("{" + tensor("a", "U8", "8", "0,8") + "," + tensor("a", "U8", "8", "8,16") + "}")),
      Contains("it names two tensors 'a'"));
  CHECK_THAT(refusal(file_of(kGood + "{}")), Contains("no JSON"));
  CHECK_THAT(refusal(file_of("{" + std::string(100'000, '['))), Contains("no JSON"));
  CHECK_THAT(refusal(file_of("{\"a\":" + std::string(100'000, '['))), Contains("where the format has none"));
  CHECK_THAT(refusal(file_of(std::string("{") + std::string(5 << 20, ' '))), Contains("more than the limit"));
  std::string many = "{";
  for (int i = 0; i < 20'000; ++i) many += (i > 0 ? "," : "") + tensor(std::to_string(i), "U8", "0", "0,0");
  CHECK_THAT(refusal(file_of(many + "}")), Contains("more than 16384 tensors"));
}

TEST_CASE("a data set in safetensors is sent to where it belongs") {
  CHECK_THAT(refusal(file_of("{" + tensor("images", "U8", "8", "0,8") + "," +
                             tensor("labels", "U8", "8", "8,16") + "}")),
             Contains("it is a data set") && Contains("--data"));
}

TEST_CASE("safetensors survive every truncation and many flips") {
  const std::string good = file_of(kGood);
  for (std::size_t size = 0; size < good.size(); ++size) CHECK(refusal(good.substr(0, size)) != "imported");
  CHECK_THAT(refusal(good.substr(0, 40)), Contains("cut short"));
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    std::string flipped = good;
    for (std::uint32_t k = 0; k <= i % 3; ++k) {
      const std::uint32_t bit = kernels::random_bits({5, kernels::RandomUse::synth}, 3 * i + k);
      char& byte = flipped[bit / 8 % good.size()];
      byte = static_cast<char>(byte ^ 1 << bit % 8);
    }
    static_cast<void>(import_text(flipped));
  }
}
