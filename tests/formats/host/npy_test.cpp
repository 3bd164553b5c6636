#include "formats/host/npy.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "formats/host/aligned_bytes.h"
#include "formats/host/file_io.h"
#include "tests/support/numpy.h"
#include "tests/support/temporary_folder.h"

using namespace lentil;
using namespace lentil::formats;
using Catch::Contains;

namespace {

using Bytes = std::vector<std::byte>;

// A file of version 1 with this header and these elements.
Bytes file_of(const std::string& descr, const std::string& shape, std::vector<int> elements,
              bool fortran = false) {
  const std::string header = "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                             ", 'shape': " + shape + ", }\n";
  std::string text = "\x93NUMPY";
  text += {1, 0, static_cast<char>(header.size()), static_cast<char>(header.size() >> 8)};
  text += header;
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  for (const int element : elements) bytes.push_back(static_cast<std::byte>(element));
  return bytes;
}

template <class T>
std::vector<T> values_of(const Outcome<Tensor<T>>& tensor) {
  REQUIRE(tensor);
  return {tensor->values().begin(), tensor->values().end()};
}

template <class T = float>
std::string refusal(const Bytes& file) {
  const auto tensor = read_npy<T>(file);
  REQUIRE_FALSE(tensor);
  return tensor.error().message;
}

}  // namespace

TEST_CASE("npy reads both byte orders, both element orders, and every type") {
  CHECK(values_of(read_npy<float>(file_of("<i2", "(2,)", {1, 0, 0, 1}))) == std::vector<float>{1, 256});
  CHECK(values_of(read_npy<float>(file_of(">i2", "(2,)", {1, 0, 0, 1}))) == std::vector<float>{256, 1});
  CHECK(values_of(read_npy<std::uint8_t>(file_of("|u1", "(2, 3)", {1, 2, 3, 4, 5, 6}, true))) ==
        std::vector<std::uint8_t>{1, 3, 5, 2, 4, 6});
  CHECK(values_of(read_npy<float>(file_of("<f2", "(4,)", {0, 0x3c, 1, 0, 0, 0xc1, 0, 0x7c}))) ==
        std::vector<float>{1, 0x1p-24f, -2.5f, HUGE_VALF});
  CHECK(std::isnan(read_npy<float>(file_of("<f2", "()", {1, 0x7c}))->values()[0]));
  CHECK(values_of(read_npy<float>(file_of("|b1", "(2,)", {0, 1}))) == std::vector<float>{0, 1});
  CHECK(values_of(read_npy<float>(file_of("<u4", "(0, 5)", {}))).empty());
}

TEST_CASE("npy refuses values that an integer cannot hold") {
  CHECK_THAT(refusal<std::uint8_t>(file_of("<i2", "(2,)", {255, 0, 0, 1})),
             Contains("element 1") && Contains("u1"));
  CHECK_THAT(refusal<std::uint8_t>(file_of("|i1", "(1,)", {255})), Contains("element 0"));
  CHECK_THAT(refusal<std::int64_t>(file_of("<f4", "(1,)", {0, 0, 0, 0x3f})), Contains("element 0"));  // 0.5
  CHECK_THAT(refusal<std::int64_t>(file_of("<f4", "(1,)", {0, 0, 0, 0x5f})), Contains("element 0"));  // 2^63
  CHECK_THAT(refusal<std::int64_t>(file_of("<f4", "(1,)", {0, 0, 0xc0, 0x7f})), Contains("element 0"));
  CHECK(values_of(read_npy<std::int64_t>(file_of("<f4", "(1,)", {0, 0, 0, 0xdf})))[0] == INT64_MIN);
}

TEST_CASE("npy reads what it writes") {
  const Tensor<float> tensor({1, 2, 3, 4, 5, 6}, {2, 3});
  const Bytes file = write_npy(tensor.view());
  CHECK((file.size() - 24) % 64 == 0);
  const auto read = read_npy<float>(file);
  CHECK(values_of(read) == values_of(Outcome<Tensor<float>>(tensor)));
  CHECK(read->sizes()[1] == 3);
  const auto turned = read_npy<float>(write_npy(*tensor.view().transpose(0, 1)));
  CHECK(values_of(turned) == std::vector<float>{1, 4, 2, 5, 3, 6});
  CHECK(read_npy<float>(write_npy(*tensor.view()(0, 0)))->sizes().empty());

  const test::TemporaryFolder folder;
  REQUIRE(save_npy(folder.path("a.npy"), tensor.view()));
  CHECK(values_of(load_npy(folder.path("a.npy"))) == std::vector<float>{1, 2, 3, 4, 5, 6});
  const auto missing = load_npy(folder.path("b.npy"));
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().message, Contains("b.npy"));
}

TEST_CASE("a view of a npy file in memory shares its elements") {
  AlignedBytes file{std::span<const std::byte>(write_npy(Tensor<float>({1, 2, 3, 4}, {2, 2}).view()))};
  const auto view = view_npy<float>(std::span(file));
  REQUIRE(view);
  (*view)[1][0].item() = 9;
  CHECK(values_of(read_npy<float>(file)) == std::vector<float>{1, 2, 9, 4});
  std::memset(&file[file.size() - 4], 0, 4);
  CHECK((*view)[1][1].item() == 0);
  const auto fixed = view_npy<float>(std::span<const std::byte>(file));
  CHECK((*fixed)[1][0].data() == (*view)[1][0].data());

  AlignedBytes columns{std::span<const std::byte>(file_of("|u1", "(2, 3)", {1, 2, 3, 4, 5, 6}, true))};
  CHECK((*view_npy<std::uint8_t>(std::span(columns)))[0][1].item() == 3);
}

TEST_CASE("a view of a npy file is refused where it would need a copy") {
  AlignedBytes file{std::span<const std::byte>(write_npy(Tensor<float>({1, 2}, {2}).view()))};
  CHECK_THAT(view_npy<double>(std::span(file)).error().message, Contains("f4") && Contains("f8"));
  const Bytes swapped = file_of(">f4", "(1,)", {0, 0, 0, 0});
  CHECK_THAT(view_npy<float>(std::span(swapped)).error().message, Contains("byte order"));
  AlignedBytes moved(file.size() + 1);
  std::copy(file.begin(), file.end(), moved.begin() + 1);
  CHECK_THAT(view_npy<float>(std::span(moved).subspan(1)).error().message, Contains("not aligned"));
}

TEST_CASE("npy refuses what it cannot read, with the reason") {
  CHECK_THAT(refusal({}), Contains("no .npy file"));
  CHECK_THAT(refusal(file_of("|O", "(1,)", {})), Contains("Python objects"));
  CHECK_THAT(refusal(file_of("<U4", "(1,)", {})), Contains("'<U4'") && Contains("f2 f4"));
  CHECK_THAT(refusal(file_of("|f4", "(1,)", {0, 0, 0, 0})), Contains("'|f4'"));
  CHECK_THAT(refusal(file_of("", "(1,)", {})), Contains("none that Lentil reads"));
  CHECK_THAT(refusal(file_of("<f4", "(2,)", {0, 0, 0, 0})), Contains("8 bytes") && Contains("4 follow"));
  CHECK_THAT(refusal(file_of("|u1", "(1,)", {0, 0})), Contains("1 bytes") && Contains("2 follow"));
  CHECK_THAT(refusal(file_of("|u1", "(1, 1, 1, 1, 1, 1, 1, 1, 1)", {0})), Contains("9 dimensions"));
  CHECK_THAT(refusal(file_of("<f8", "(9223372036854775807, 9223372036854775807)", {})),
             Contains("impossible"));
  CHECK_THAT(refusal(file_of("<f8", "(0, 9223372036854775807)", {})), Contains("impossible"));
  Bytes later = file_of("|u1", "(1,)", {0});
  later[6] = std::byte{4};
  CHECK_THAT(refusal(later), Contains("version is 4.0"));
  later[6] = std::byte{2};  // the length is now of four bytes, two of them text
  CHECK_THAT(refusal(later), Contains("more than the limit"));
}

TEST_CASE("every truncation and every flipped bit of a npy file is an error or a tensor of the same size") {
  const Bytes whole = write_npy(Tensor<float>({1, 2, 3, 4}, {2, 2}).view());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(read_npy<float>(std::span(whole).first(size)));
  }
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] ^= std::byte{1} << bit % 8;
    if (const auto read = read_npy<float>(flipped)) CHECK(read->values().size() <= 16);
  }
}

TEST_CASE("NumPy reads what Lentil writes, and Lentil what NumPy writes") {
  if (!test::numpy_is_here()) return;
  const test::TemporaryFolder folder;
  const std::string ours = folder.path("ours.npy"), theirs = folder.path("theirs.npy");
  REQUIRE(save_npy(ours, Tensor<float>({0, 1, 2, 3, 4, 5}, {2, 3}).view()));
  CHECK(test::run_numpy(
      "a = np.load('" + ours + "')\n" +
      "assert a.dtype == np.float32 and a.shape == (2, 3) and (a.ravel() == range(6)).all()"));
  const std::vector<std::string> types{"f2",  "<f4", ">f4", "<f8", ">f8", "i1",  "<i2", ">i2", "<i4", ">i4",
                                       "<i8", ">i8", "u1",  "<u2", ">u2", "<u4", ">u4", "<u8", ">u8"};
  std::string lines = "a = np.arange(24).reshape(2, 3, 4)\n";
  for (const std::string& type : types) {
    for (const std::string order : {"C", "F"}) {
      lines += "np.save('" + folder.path(type + order) + ".npy', a.astype('" + type + "', order='" + order +
               "'))\n";
    }
  }
  REQUIRE(test::run_numpy(lines));
  for (const std::string& type : types) {
    for (const std::string order : {"C", "F"}) {
      INFO(type << order);
      const auto values = values_of(load_npy<std::int64_t>(folder.path(type + order + ".npy")));
      for (std::size_t i = 0; i < 24; ++i) CHECK(values[i] == static_cast<std::int64_t>(i));
    }
  }
  REQUIRE(test::run_numpy("np.lib.format.write_array(open('" + theirs +
                          "', 'wb'), np.array([True, False]), version=(3, 0))"));
  CHECK(values_of(load_npy<std::uint8_t>(theirs)) == std::vector<std::uint8_t>{1, 0});
}
