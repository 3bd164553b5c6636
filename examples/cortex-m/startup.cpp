// What runs before main: vector table, memory, floating-point unit.
#include <cstdint>

#include "examples/cortex-m/semihosting.h"

extern "C" {
extern std::uint32_t stack_top, data_source, data_begin, data_end, bss_begin,
    bss_end;  // from the linker script
[[noreturn]] void reset();
[[noreturn]] void fault();
}

int main();

namespace {

struct Vectors {
  std::uint32_t* stack;
  void (*handlers[15])();
};

}  // namespace

extern "C" {

extern const Vectors vectors;
[[gnu::section(".vectors"), gnu::used]] const Vectors vectors{
    &stack_top,
    {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
     fault}};

void reset() {
  auto& coprocessor_access = *reinterpret_cast<volatile std::uint32_t*>(0xe000ed88);
  coprocessor_access = coprocessor_access | 0xfu << 20;  // CP10 and CP11: the floating-point unit
  asm volatile("dsb\nisb" ::: "memory");
  const std::uint32_t* from = &data_source;
  for (std::uint32_t* to = &data_begin; to != &data_end;) *to++ = *from++;
  for (std::uint32_t* to = &bss_begin; to != &bss_end;) *to++ = 0;
  lentil::semihosting::exit(main());
}

void fault() {
  lentil::semihosting::write("fault\n");
  lentil::semihosting::exit(1);
}

}  // extern "C"
