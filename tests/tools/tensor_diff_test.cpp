#include "tools/tensor_diff.h"

#include <catch2/catch.hpp>
#include <cmath>

using lentil::formats::NamedTensor;
using namespace lentil::tools;

namespace {

NamedTensor tensor(const std::string& name, std::vector<float> values) {
  const auto count = static_cast<std::uint32_t>(values.size());
  return {name, {count}, std::move(values), "float32"};
}

TensorsDiff diff(std::vector<NamedTensor> a, std::vector<NamedTensor> b) { return diff_tensors(a, b); }

}  // namespace

TEST_CASE("tensors of one name are compared bit by bit") {
  const auto same =
      diff({tensor("a", {1, 2}), tensor("b", {NAN})}, {tensor("b", {NAN}), tensor("a", {1, 2})});
  CHECK(same.equal());
  CHECK(same.both.size() == 2);
  CHECK(diff({}, {}).equal());
  const auto signs = diff({tensor("a", {0.0f})}, {tensor("a", {-0.0f})});
  CHECK_FALSE(signs.equal());
  CHECK(signs.both[0].different == 1);
  CHECK(signs.both[0].largest == 0);
}

TEST_CASE("differences are told by their largest, their mean and their share") {
  const auto d = diff({tensor("a", {1, 2, -4, 8})}, {tensor("a", {1, 2.5f, -5, 8})}).both.at(0);
  CHECK(d.different == 2);
  CHECK(d.largest == 1);
  CHECK(d.mean == 0.375);
  CHECK(d.relative == 0.125);
  CHECK(std::isinf(diff({tensor("a", {1})}, {tensor("a", {NAN})}).both[0].largest));
  CHECK(std::isinf(diff({tensor("a", {0})}, {tensor("a", {1})}).both[0].relative));
}

TEST_CASE("tensors that have no partner are told") {
  const auto d = diff({tensor("a", {1}), tensor("x", {1})}, {tensor("a", {1}), tensor("y", {1})});
  CHECK_FALSE(d.equal());
  CHECK(d.only_a == std::vector<std::string>{"x"});
  CHECK(d.only_b == std::vector<std::string>{"y"});
  CHECK_FALSE(d.by_shape);
}

TEST_CASE("a prefix that all names share is left out if more names agree without it") {
  const auto d =
      diff({tensor("module.a.w", {1}), tensor("module.b.w", {2})}, {tensor("a.w", {1}), tensor("b.w", {2})});
  CHECK(d.equal());
  CHECK(d.prefix_a == "module.");
  CHECK(d.prefix_b.empty());
  CHECK(diff({tensor("net.w", {1})}, {tensor("model.w", {1})}).prefix_b == "model.");
  CHECK(diff({tensor("fc.w", {1})}, {tensor("fc.w", {1})}).prefix_a.empty());
}

TEST_CASE("where no name agrees, tensors of one shape are matched in order") {
  const auto d = diff({tensor("a", {1}), tensor("b", {2}), tensor("c", {1, 2})},
                      {tensor("0", {1, 2}), tensor("1", {1}), tensor("2", {2})});
  CHECK(d.by_shape);
  CHECK(d.equal());
  CHECK(d.both[0].b == "1");
  CHECK(d.both[1].b == "2");
  CHECK(d.both[2].b == "0");
  CHECK_FALSE(diff({tensor("a", {1})}, {tensor("b", {1, 2})}).by_shape);
}

TEST_CASE("tensors of one name and other shapes differ without numbers") {
  const auto d = diff({tensor("a", {1, 2})}, {tensor("a", {1})});
  CHECK_FALSE(d.equal());
  CHECK(d.both.at(0).different == 0);
}
