#include "runtime/tensor_ops.h"

#include <array>
#include <catch2/catch.hpp>
#include <vector>

using namespace lentil;

namespace {

template <class T>
TensorView<T> over(std::vector<T>& buffer, IntList sizes) {
  return *TensorView<T>::over(buffer, sizes);
}

const auto positive = [](float x) { return x > 0; };

}  // namespace

TEST_CASE("a copy of a strided view lies side by side") {
  std::vector<float> buffer{0, 1, 2, 3, 4, 5}, out(8, -1);
  const auto turned = *over(buffer, {2, 3}).transpose(0, 1);
  const auto copied = copy(turned, out);
  REQUIRE(copied);
  CHECK(std::vector(copied->begin(), copied->end()) == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK(copied->data() == out.data());
  CHECK(out[6] == -1);
  const auto refused = copy(turned, std::span(out).first(5));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::wrong_size);
  CHECK(refused.error().needed == 6);
  CHECK(refused.error().given == 5);
}

TEST_CASE("a view can be copied onto another of the same sizes, whatever the strides") {
  std::vector<float> buffer{0, 1, 2, 3, 4, 5}, out(6);
  CHECK(copy(*over(buffer, {2, 3}).transpose(0, 1), over(out, {3, 2})) == Status::ok);
  CHECK(out == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK(copy(over(buffer, {2, 3}), over(out, {3, 2})) == Status::wrong_size);
}

TEST_CASE("a scalar is added to, subtracted from, multiplied with or divides each element") {
  std::vector<float> buffer{1, 2, 3, 4}, out(4);
  const auto t = over(buffer, {2, 2}), result = over(out, {2, 2});
  CHECK(sub(t, 0.5f, result) == Status::ok);
  CHECK(out == std::vector<float>{0.5f, 1.5f, 2.5f, 3.5f});
  CHECK(add(t, 1, result) == Status::ok);
  CHECK(out == std::vector<float>{2, 3, 4, 5});
  CHECK(div(t, 2, *result.transpose(0, 1)) == Status::ok);
  CHECK(out == std::vector<float>{0.5f, 1.5f, 1, 2});
  CHECK(mul(t, 3, t) == Status::ok);
  CHECK(buffer == std::vector<float>{3, 6, 9, 12});
  CHECK(mul(t, 3, over(out, {4})) == Status::wrong_size);
}

TEST_CASE("a comparison makes a mask, which selects what it is true for") {
  std::vector<float> buffer{-1, 2, 0, 3, -4, 5}, out(6, 9);
  const auto t = *over(buffer, {2, 3}).transpose(0, 1);
  std::array<bool, 6> bits{};
  const auto mask = *TensorView<bool>::over(bits, {3, 2});
  CHECK(transform(t, positive, mask) == Status::ok);
  CHECK(bits == std::array{false, true, true, false, false, true});
  const auto chosen = select(t, mask, out);
  REQUIRE(chosen);
  CHECK(std::vector(chosen->begin(), chosen->end()) == std::vector<float>{3, 2, 5});
  CHECK(out[3] == 9);
  CHECK(select(*t.transpose(0, 1), mask, out).error().status == Status::wrong_size);
}

TEST_CASE("a predicate selects and counts without a mask") {
  std::vector<float> buffer{-1, 2, 0, 3}, out(2);
  const TensorView<const float> t = over(buffer, {2, 2});
  CHECK(count_if(t, positive) == 2);
  const auto chosen = select(t, positive, out);
  REQUIRE(chosen);
  CHECK(out == std::vector<float>{2, 3});
  const auto refused = select(t, positive, std::span(out).first(1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().needed == 2);
  CHECK(refused.error().given == 1);
}

TEST_CASE("fill and eye write through any view") {
  std::vector<float> buffer(6, 7);
  const auto t = over(buffer, {2, 3});
  fill(*t(kAll, 1), 0);
  CHECK(buffer == std::vector<float>{7, 0, 7, 7, 0, 7});
  CHECK(eye(t) == Status::ok);
  CHECK(buffer == std::vector<float>{1, 0, 0, 0, 1, 0});
  CHECK(eye(t[0]) == Status::too_many_indices);
}
