#include "formats/host/tensor.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lentil::formats;

TEST_CASE("tensors own what their views show") {
  Tensor<float> t = zeros({2, 3});
  t.view()[1][2].item() = 4;
  CHECK(t.values()[5] == 4);
  const Tensor<float> copied = t;
  t.view()[0][0].item() = 1;
  CHECK(copied.view()[0][0].item() == 0);
  const auto turned = clone(*copied.view().transpose(0, 1));
  CHECK(turned.sizes()[0] == 3);
  CHECK(turned.view()[2][1].item() == 4);
}

TEST_CASE("tensors are made as in PyTorch") {
  const auto all_ones = ones<std::int32_t>({2, 2});
  CHECK(std::ranges::count(all_ones.values(), 1) == 4);
  const auto identity = eye(3);
  CHECK(identity.view()[1][1].item() == 1);
  CHECK(std::ranges::count(identity.values(), 0.0f) == 6);
  CHECK(std::ranges::equal(randn({2, 3}, 1).values(), randn({6}, 1).values()));
  CHECK_FALSE(std::ranges::equal(rand({6}, 1).values(), rand({6}, 1, /*stream=*/1).values()));
  CHECK(zeros({}).values().size() == 1);
  CHECK(zeros({0, 3}).values().empty());
}
