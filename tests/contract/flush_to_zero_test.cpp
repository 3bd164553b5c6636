// Only for x86: its control register decides per thread what happens to subnormal numbers.
#include <catch2/catch.hpp>
#include <immintrin.h>

#include "tests/support/networks.h"

using namespace lentil;

namespace {

class ControlBits {
 public:
  explicit ControlBits(unsigned bits) : before_(_mm_getcsr()) { _mm_setcsr(before_ | bits); }
  ~ControlBits() { _mm_setcsr(before_); }
  ControlBits(const ControlBits&) = delete;
  ControlBits& operator=(const ControlBits&) = delete;

 private:
  unsigned before_;
};

constexpr unsigned kFlushToZero = 0x8000, kSubnormalsAreZero = 0x0040;

}  // namespace

TEST_CASE("a thread that flushes subnormal numbers to zero gets neither session nor trainer") {
  const auto bits =
      GENERATE(as<unsigned>{}, kFlushToZero, kSubnormalsAreZero, kFlushToZero | kSubnormalsAreZero);
  const auto file = test::network("input 4, linear 3");
  const test::OwnedPlan plan(file.model(), {.mode = Mode::train});
  test::PoisonedArena arena(arena_bytes(*plan));
  const auto create = [&] {
    return Trainer::create(file.model(), *plan, *kernels::cpu().table, arena.bytes(), 1);
  };
  Status session, trainer;
  {
    const ControlBits flushing(bits);
    session = Session::create(file.model(), *plan, *kernels::cpu().table, arena.bytes()).error().status;
    trainer = create().error().status;
  }
  CHECK(session == Status::flush_to_zero);
  CHECK(trainer == Status::flush_to_zero);
  CHECK(create());
}
