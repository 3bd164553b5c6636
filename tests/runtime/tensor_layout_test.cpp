#include "runtime/tensor_layout.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

using namespace lentil;

namespace {

std::vector<std::int64_t> offsets(const Layout& layout) {
  std::vector<std::int64_t> result;
  Walk walk(layout);
  for (std::int64_t left = layout.count(); left > 0; --left, walk.next()) result.push_back(walk.offset());
  return result;
}

}  // namespace

TEST_CASE("row-major and column-major layouts have no gaps") {
  CHECK(offsets(*row_major({2, 3})) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  CHECK(offsets(*column_major({2, 3})) == std::vector<std::int64_t>{0, 2, 4, 1, 3, 5});
  CHECK(row_major({2, 3})->is_contiguous());
  CHECK_FALSE(column_major({2, 3})->is_contiguous());
  CHECK(column_major({1, 3, 1})->is_contiguous());
}

TEST_CASE("sizes beyond all memory are refused before a product overflows") {
  constexpr std::int64_t kHuge = std::int64_t{1} << 40;
  const auto refused = row_major({0, kHuge, kHuge});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::bad_size);
  CHECK(refused.error().where == 2);
  CHECK(row_major({-2}).error().status == Status::bad_size);
  CHECK(column_major({kHuge, kHuge}).error().status == Status::bad_size);
  CHECK(row_major({1, 1, 1, 1, 1, 1, 1, 1, 1}).error().status == Status::too_many_dimensions);
}

TEST_CASE("a reshaped layout visits the same offsets, or none exists") {
  const std::vector<std::vector<std::int64_t>> shapes{
      {24}, {2, 12}, {4, 6}, {3, 8}, {2, 3, 4}, {4, 3, 2}, {2, 2, 6}, {1, 24, 1}, {2, 1, 3, 2, 2}};
  std::size_t views = 0;
  for (const auto& from : shapes) {
    std::vector<std::int64_t> order(from.size());
    std::iota(order.begin(), order.end(), 0);
    do {
      const Layout layout = *permuted(*row_major(from), order);
      for (const auto& to : shapes) {
        const auto view = reshaped(layout, to);
        if (view) {
          CHECK(offsets(*view) == offsets(layout));
          ++views;
        } else {
          CHECK(view.error().status == Status::not_viewable);
          CHECK_FALSE(layout.is_contiguous());
        }
      }
    } while (std::next_permutation(order.begin(), order.end()));
  }
  CHECK(views > 100);
}
