#include "runtime/tensor_view.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

#include "runtime/tensor_ops.h"

using namespace lentil;

namespace {

using Numbers = std::vector<std::int64_t>;

// 0, 1, 2, ... under these sizes: every value tells where it lies.
struct Counted {
  explicit Counted(const Numbers& sizes) : buffer(static_cast<std::size_t>(row_major(sizes)->count())) {
    std::iota(buffer.begin(), buffer.end(), 0.0f);
    layout = *row_major(sizes);
  }
  TensorView<float> view() { return {buffer.data(), layout}; }

  std::vector<float> buffer;
  Layout layout;
};

template <class T>
std::vector<float> values_of(const TensorView<T>& t) {
  std::vector<float> values;
  for_each(t, [&](const float& x) { values.push_back(x); });
  return values;
}

template <class T>
Numbers sizes_of(const TensorView<T>& t) {
  return {t.sizes().begin(), t.sizes().end()};
}

template <class T>
void check_error(const Result<T>& result, Status status, std::uint32_t where, std::uint64_t needed,
                 std::int64_t given) {
  REQUIRE_FALSE(result);
  CHECK(status_name(result.error().status) == std::string(status_name(status)));
  CHECK(result.error().where == where);
  CHECK(result.error().needed == needed);
  CHECK(static_cast<std::int64_t>(result.error().given) == given);
}

}  // namespace

TEST_CASE("a view shows somebody else's memory, and changes on one side are seen on the other") {
  std::vector<float> buffer(6);
  const auto t = TensorView<float>::over(buffer, {2, 3});
  REQUIRE(t);
  buffer[4] = 7;
  CHECK((*t)[1][1].item() == 7);
  (*t)[0][2].item() = 5;
  CHECK(buffer[2] == 5);
  const TensorView<const float> reader = *t;
  CHECK(reader[-2][-1].item() == 5);
  CHECK(t->values().data() == buffer.data());
  check_error(TensorView<float>::over(buffer, {2, 4}), Status::wrong_size, 0, 8, 6);
}

TEST_CASE("indices and ranges pick what they pick in PyTorch") {
  Counted counted({2, 3, 4, 5});
  const auto t = counted.view();
  CHECK(t[1].data() == &counted.buffer[60]);
  CHECK(sizes_of(t[0][1]) == Numbers{4, 5});
  CHECK(values_of(t[0][1][2]) == std::vector<float>{30, 31, 32, 33, 34});

  const auto part = t(0, range(1, 3), kAll, 4);
  REQUIRE(part);
  CHECK(sizes_of(*part) == Numbers{2, 4});
  CHECK(values_of(*part) == std::vector<float>{24, 29, 34, 39, 44, 49, 54, 59});

  CHECK(values_of(*t(-1, -1, -1, range(1, 100, 2))) == std::vector<float>{116, 118});
  CHECK(sizes_of(*t(kEllipsis, 0)) == Numbers{2, 3, 4});
  CHECK(sizes_of(*t(0, kEllipsis, range(0, 2))) == Numbers{3, 4, 2});
  CHECK(sizes_of(*t(0, 0, 0, 0, kEllipsis)) == Numbers{});
  CHECK(sizes_of(*t()) == Numbers{2, 3, 4, 5});
}

TEST_CASE("ends of ranges beyond a dimension are cut, as in Python") {
  Counted counted({5});
  const auto t = counted.view();
  CHECK(values_of(*t(range(-2, 99))) == std::vector<float>{3, 4});
  CHECK(values_of(*t(range(-99, 2))) == std::vector<float>{0, 1});
  CHECK(values_of(*t(range(4, 2))).empty());
  CHECK(values_of(*t(range(5, 9))).empty());
  CHECK(values_of(*t(range(1, 5, std::numeric_limits<std::int64_t>::max()))) == std::vector<float>{1});
}

TEST_CASE("impossible indices are errors with their numbers") {
  Counted counted({2, 3});
  const auto t = counted.view();
  check_error(t(0, 3), Status::index_out_of_range, 1, 3, 3);
  check_error(t(-3), Status::index_out_of_range, 0, 2, -3);
  check_error(t(0, 0, 0), Status::too_many_indices, 0, 2, 3);
  check_error(t(kAll, range(0, 3, 0)), Status::bad_slice, 1, 0, 0);
  check_error(t(kAll, range(0, 3, -1)), Status::bad_slice, 1, 0, 0);
  check_error(t(kEllipsis, kEllipsis), Status::bad_slice, 0, 0, 0);
  check_error(t(std::numeric_limits<std::int64_t>::min()), Status::index_out_of_range, 0, 2,
              std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("a slice as text picks the same part") {
  Counted counted({2, 3, 4, 5});
  const auto t = counted.view();
  const auto part = slice(t, "0, 1:3, :, 4");
  REQUIRE(part);
  CHECK(values_of(*part) == values_of(*t(0, range(1, 3), kAll, 4)));
  CHECK(slice(t, "0,5").error().status == Status::index_out_of_range);
  CHECK(slice(t, "0,a").error().status == Status::bad_slice);
}

TEST_CASE("reshaping keeps the order and infers one size") {
  Counted counted({2, 3, 4});
  const auto t = counted.view();
  CHECK(sizes_of(*t.reshape({4, -1})) == Numbers{4, 6});
  CHECK(sizes_of(*t.reshape({-1})) == Numbers{24});
  CHECK(values_of(*t.reshape({6, 4})) == values_of(t));
  CHECK(sizes_of(*t.reshape(Numbers{1, 24, 1})) == Numbers{1, 24, 1});
  check_error(t.reshape({5, -1}), Status::bad_reshape, 0, 24, 5);
  check_error(t.reshape({5, 5}), Status::bad_reshape, 0, 24, 25);
  check_error(t.reshape({0, -1}), Status::bad_reshape, 0, 24, 0);
  check_error(t.reshape({-1, -1}), Status::bad_size, 1, std::uint64_t{1} << 48, -1);
  check_error(t.reshape({1, 1, 1, 1, 1, 1, 1, 1, 24}), Status::too_many_dimensions, 0, 8, 9);
}

TEST_CASE("reshaping a strided view works where no copy is needed, and says so where one is") {
  Counted counted({4, 6});
  const auto t = counted.view();
  const auto columns = *t(kAll, range(0, 6, 2));  // 4 x 3, strides 6 and 2: one block of 12
  CHECK(values_of(*columns.reshape({2, 6})) == values_of(columns));
  const auto left = *t(kAll, range(0, 4));
  CHECK(values_of(*left.reshape({2, 2, 2, 2})) == values_of(left));
  CHECK(left.reshape({16}).error().status == Status::not_viewable);
  const auto turned = *t.transpose(0, 1);
  CHECK_FALSE(turned.is_contiguous());
  CHECK(turned.flatten().error().status == Status::not_viewable);
  CHECK(values_of(*turned.reshape({2, 3, 4})) == values_of(turned));
}

TEST_CASE("permute and transpose move strides, not values") {
  Counted counted({2, 3, 4});
  const auto t = counted.view();
  const auto p = *t.permute({2, 0, -2});
  CHECK(sizes_of(p) == Numbers{4, 2, 3});
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      for (std::int64_t k = 0; k < 4; ++k) CHECK(p[k][i][j].data() == t[i][j][k].data());
  CHECK(sizes_of(*t.transpose(0, -1)) == Numbers{4, 3, 2});
  check_error(t.permute({0, 1}), Status::bad_permutation, 0, 3, 2);
  check_error(t.permute({0, 1, -2}), Status::bad_permutation, 2, 3, 3);
  check_error(t.permute({0, 1, 3}), Status::bad_dimension, 0, 3, 3);
  check_error(t.transpose(0, -4), Status::bad_dimension, 0, 3, -4);
}

TEST_CASE("squeeze takes dimensions of size 1 away, unsqueeze adds one") {
  Counted counted({1, 3, 1, 2});
  const auto t = counted.view();
  CHECK(sizes_of(t.squeeze()) == Numbers{3, 2});
  CHECK(sizes_of(*t.squeeze(-2)) == Numbers{1, 3, 2});
  CHECK(sizes_of(*t.squeeze(1)) == Numbers{1, 3, 1, 2});
  check_error(t.squeeze(4), Status::bad_dimension, 0, 4, 4);
  CHECK(sizes_of(*t.squeeze().unsqueeze(1)) == Numbers{3, 1, 2});
  CHECK(sizes_of(*t.squeeze().unsqueeze(-1)) == Numbers{3, 2, 1});
  CHECK(t.squeeze().unsqueeze(0)->is_contiguous());
  check_error(t.unsqueeze(6), Status::bad_dimension, 0, 5, 6);
  Counted full({1, 1, 1, 1, 1, 1, 1, 1});
  check_error(full.view().unsqueeze(0), Status::too_many_dimensions, 0, 8, 9);
}

TEST_CASE("a view of no dimension holds one value, and one of size 0 none") {
  float value = 3;
  const auto scalar = TensorView<float>::over({&value, 1}, {});
  REQUIRE(scalar);
  CHECK(scalar->item() == 3);
  CHECK(sizes_of(*scalar->reshape({1, 1})) == Numbers{1, 1});
  const auto none = TensorView<float>::over({}, {2, 0, 3});
  REQUIRE(none);
  CHECK(none->is_contiguous());
  CHECK(values_of(*none).empty());
  CHECK(sizes_of(*none->reshape({0, 5})) == Numbers{0, 5});
  CHECK(sizes_of((*none)[1]) == Numbers{0, 3});
}
