// The board of QEMU's mps2-an386: semihosting, and a timer of 25 MHz. Under -icount shift=0 an instruction
// takes one nanosecond of the emulated time, hence 40 of them a tick.
#include "examples/cortex-m/board.h"
#include "examples/cortex-m/semihosting.h"

extern "C" std::uint32_t end, stack_top;  // from the linker script

namespace {

constexpr std::uint32_t kPaint = 0x5ac3a55a;
constexpr std::uint32_t kPainted = 16 * 1024;  // bytes: more than any call may take
constexpr std::uint32_t kOwn = 64;             // bytes that the painting itself may stand on
constexpr std::uint32_t kInstructionsPerTick = 40;

struct Timer {
  volatile std::uint32_t control, value, reload;
};
Timer& timer = *reinterpret_cast<Timer*>(0x40000000);

std::uint32_t* begin_of_stack() { return static_cast<std::uint32_t*>(__builtin_frame_address(0)); }

std::uint32_t* painted_at;  // where painting began, its highest address

}  // namespace

void board_print(const char* text) { lentil::semihosting::write(text); }

void board_exit(int code) { lentil::semihosting::exit(code); }

std::uint64_t board_instructions() {
  if (timer.control == 0) {
    timer.reload = 0xffffffff;
    timer.value = 0xffffffff;
    timer.control = 1;
  }
  return std::uint64_t{0xffffffff - timer.value} * kInstructionsPerTick;
}

[[gnu::noinline]] void board_paint_stack() {
  painted_at = begin_of_stack() - kOwn / sizeof(std::uint32_t);
  volatile std::uint32_t* const at = painted_at;
  for (std::uint32_t i = 1; i <= kPainted / sizeof(kPaint); ++i) *(at - i) = kPaint;
}

// What lies between the paint and painted_at was not painted; it counts as used.
[[gnu::noinline]] std::uint32_t board_stack_used() {
  const volatile std::uint32_t* at = painted_at - kPainted / sizeof(kPaint);
  while (at != painted_at && *at == kPaint) ++at;
  if (at == painted_at) return 0;
  return static_cast<std::uint32_t>(painted_at - at) * sizeof(kPaint) + kOwn;
}
