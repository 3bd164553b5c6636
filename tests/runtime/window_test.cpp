#include "runtime/ops/window.h"

#include <catch2/catch.hpp>

#include "tests/reference/window.h"

using namespace lentil;

TEST_CASE("windows are counted as the oracle counts them, for every small size") {
  std::uint32_t counted = 0, differing = 0;
  const auto compare = [&](std::uint32_t size, std::uint32_t before, std::uint32_t after) {
    for (std::uint32_t kernel = 1; kernel <= 3; ++kernel)
      for (std::uint32_t dilation = 1; dilation <= 2; ++dilation)
        for (std::uint32_t stride = 1; stride <= 4; ++stride)
          for (const bool ceil_mode : {false, true}) {
            const std::uint32_t span = dilation * (kernel - 1) + 1;
            ++counted;
            differing += window_count(size, before, after, kernel, stride, dilation, ceil_mode) !=
                         reference::window_places(size, before, after, span, stride, ceil_mode);
          }
  };
  for (std::uint32_t size = 1; size <= 7; ++size)
    for (std::uint32_t before = 0; before <= 3; ++before)
      for (std::uint32_t after = 0; after <= 3; ++after) compare(size, before, after);
  CHECK(counted == 7 * 4 * 4 * 3 * 2 * 4 * 2);
  CHECK(differing == 0);
}
