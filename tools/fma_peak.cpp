#include "tools/fma_peak.h"

#include <algorithm>
#include <numeric>

#include "tools/timing.h"

namespace lentil::tools {
namespace {

constexpr std::int64_t kRounds = 2000;  // some microseconds: looking at the clock costs nothing beside them
constexpr double kShortest = 50e-6;
constexpr double kShortestShared = 1e-3;  // until the other threads are awake is time lost, but not by calls
constexpr double kAllProbes = 4e-3;

}  // namespace

FmaPeak::FmaPeak(Machine& machine, double seconds_of_call)
    : machine_(machine),
      seconds_(std::max(seconds_of_call, machine.threads() == 1 ? kShortest : kShortestShared)) {}

void FmaPeak::probe() {
  const Stopwatch all;
  do rates_.push_back(static_cast<float>(measure()));
  while (all.seconds() < kAllProbes);
}

double FmaPeak::per_second() const { return median(rates_); }

double FmaPeak::measure() const {
  std::vector<std::int64_t> done(machine_.threads());
  const Stopwatch watch;
  machine_.hook()(machine_.threads(), [&](std::uint32_t index, std::uint32_t) {
    do {
      float value = 0.5f;
      done[index] += machine_.kernels().fma_chains(kRounds, &value);
    } while (watch.seconds() < seconds_);
  });
  return static_cast<double>(std::accumulate(done.begin(), done.end(), std::int64_t{0})) / watch.seconds();
}

}  // namespace lentil::tools
