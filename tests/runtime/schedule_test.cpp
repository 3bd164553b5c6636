#include "runtime/schedule.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace lentil;

namespace {

using Kind = Schedule::Kind;

constexpr Sgd kBase{.rate = 0.1f, .momentum = 0.9f, .weight_decay = 0.25f, .nesterov = true};

std::vector<Sgd> all_steps(const Schedule& schedule, std::uint64_t total, std::uint64_t per_epoch = 1,
                           const Sgd& base = kBase) {
  std::vector<Sgd> steps;
  for (std::uint64_t step = 0; step < total; ++step)
    steps.push_back(scheduled(schedule, base, {step, total, per_epoch}));
  return steps;
}

void check_rates(const std::vector<Sgd>& steps, const std::vector<double>& expected) {
  REQUIRE(steps.size() == expected.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    INFO("step " << i);
    CHECK(static_cast<double>(steps[i].rate) == Approx(expected[i]).epsilon(1e-6).margin(1e-9));
  }
}

void check_momenta(const std::vector<Sgd>& steps, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    CHECK(static_cast<double>(steps[i].momentum) == Approx(expected[i]).epsilon(1e-6));
  }
}

}  // namespace

// The values below are those of PyTorch 1.13 for SGD(lr=0.1, momentum=0.9), read from
// optimizer.param_groups[0] before each optimizer.step(), with scheduler.step() after it.

TEST_CASE("step multiplies the rate after so many epochs, as StepLR") {
  // StepLR(optimizer, step_size=2, gamma=0.7), stepped once per epoch; three batches in each.
  const auto steps = all_steps({.kind = Kind::step, .step_size = 2, .gamma = 0.7f}, 18, 3);
  std::vector<double> expected;
  for (const double rate : {0.1, 0.1, 0.07, 0.07, 0.049, 0.049}) expected.insert(expected.end(), 3, rate);
  check_rates(steps, expected);
}

TEST_CASE("cosine falls to the least rate, as CosineAnnealingLR") {
  // CosineAnnealingLR(optimizer, T_max=10, eta_min=0.01)
  check_rates(all_steps({.kind = Kind::cosine, .min_rate = 0.01f}, 10),
              {0.1, 0.09779754323328192, 0.09140576474687263, 0.08145033635316129, 0.06890576474687264,
               0.05500000000000001, 0.04109423525312737, 0.028549663646838717, 0.01859423525312737,
               0.012202456766718092});
}

TEST_CASE("one-cycle moves rate and momentum as OneCycleLR") {
  // OneCycleLR(optimizer, max_lr=0.1, total_steps=10), then 3 and 1.
  const auto ten = all_steps({.kind = Kind::one_cycle}, 10);
  check_rates(ten,
              {0.0040000000000000036, 0.052000000000000005, 0.1, 0.09504846320134738, 0.0811745653949763,
               0.06112620219362893, 0.03887419780637107, 0.0188258346050237, 0.004951936798652629, 4e-07});
  check_momenta(ten, {0.95, 0.8999999999999999, 0.85, 0.854951556604879, 0.8688255099070633,
                      0.8888739533021842, 0.9111260466978157, 0.9311744900929366, 0.945048443395121, 0.95});
  const auto three = all_steps({.kind = Kind::one_cycle}, 3);
  check_rates(three, {0.09944154354509119, 0.046263710266697504, 4e-07});
  check_momenta(three, {0.8505584586887436, 0.9037365046793212, 0.95});
  check_rates(all_steps({.kind = Kind::one_cycle}, 1), {4e-07});
}

TEST_CASE("a constant schedule and what a schedule does not move stay as they are") {
  for (const Kind kind : {Kind::constant, Kind::step, Kind::cosine, Kind::one_cycle}) {
    for (const Sgd& sgd : all_steps({.kind = kind}, 7)) {
      CHECK((sgd.rate == kBase.rate || kind != Kind::constant));
      CHECK((sgd.momentum == kBase.momentum || kind == Kind::one_cycle));
      CHECK(sgd.weight_decay == kBase.weight_decay);
      CHECK(sgd.nesterov);
    }
  }
}

TEST_CASE("one-cycle leaves SGD without momentum as it is") {
  for (const Sgd& sgd : all_steps({.kind = Kind::one_cycle}, 20, 1, {.rate = 0.1f})) CHECK(sgd.momentum == 0);
}

TEST_CASE("cosine only falls, one-cycle rises once and falls once, within their ends") {
  const std::uint64_t total = GENERATE(2u, 9u, 1000u, 4691u);
  const auto cosine = all_steps({.kind = Kind::cosine, .min_rate = 0.02f}, total);
  CHECK(cosine.front().rate == Approx(kBase.rate).epsilon(1e-7));
  for (std::size_t i = 1; i < total; ++i) {
    CHECK(cosine[i].rate <= cosine[i - 1].rate);
    CHECK(cosine[i].rate >= 0.02f);
  }
  const auto cycle = all_steps({.kind = Kind::one_cycle}, total);
  std::size_t turns = 0;
  for (std::size_t i = 2; i < total; ++i) {
    const bool rose = cycle[i - 1].rate > cycle[i - 2].rate;
    turns += (cycle[i].rate > cycle[i - 1].rate) != rose;
    CHECK((cycle[i].rate <= kBase.rate && cycle[i].momentum >= 0.85f && cycle[i].momentum <= 0.95f));
  }
  CHECK(turns == (total > 6 ? 1u : 0u));
  CHECK(cycle.back().rate == 0.1f / 25 / 1e4f);
}

TEST_CASE("extreme schedules end, and divide nothing by zero") {
  const ScheduleStep late{.step = 1ull << 40, .total_steps = (1ull << 40) + 1, .steps_per_epoch = 1};
  CHECK(scheduled({.kind = Kind::step, .gamma = 0.9f}, kBase, late).rate < 1e-44f);
  CHECK(scheduled({.kind = Kind::step, .gamma = 1}, kBase, late).rate == kBase.rate);
  CHECK(scheduled({.kind = Kind::step, .gamma = 0}, kBase, late).rate == 0);
  for (const float warm_up : {0.0f, 0.5f, 1.0f}) {
    for (const std::uint64_t total : {1u, 2u, 3u}) {
      for (const Sgd& sgd : all_steps({.kind = Kind::one_cycle, .warm_up = warm_up}, total)) {
        CHECK((sgd.rate > 0 && sgd.rate <= kBase.rate));
      }
    }
  }
}
