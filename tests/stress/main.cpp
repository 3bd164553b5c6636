// lentil_stress FIRST COUNT: checks that many random networks, from seed FIRST on.
#include <cstdio>
#include <cstdlib>

#include "tests/stress/checks.h"

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: lentil_stress FIRST COUNT\n");
    return 2;
  }
  const auto first = static_cast<std::uint32_t>(std::strtoul(words[1], nullptr, 10));
  const auto networks = static_cast<std::uint32_t>(std::strtoul(words[2], nullptr, 10));
  lentil::formats::ThreadPool three_threads(3);
  std::uint32_t failed = 0;
  for (std::uint32_t seed = first; seed < first + networks; ++seed) {
    const auto failures = lentil::stress::check_network(seed, three_threads);
    for (const std::string& failure : failures) std::printf("%s\n", failure.c_str());
    failed += failures.empty() ? 0 : 1;
  }
  std::printf("%u random networks, seeds %u to %u: %u failed\n", networks, first, first + networks - 1,
              failed);
  return failed == 0 && networks > 0 ? 0 : 1;
}
