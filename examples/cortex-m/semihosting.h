// The debugger's (here: the emulator's) console and exit, as Arm's semihosting defines them.
#pragma once
#include <cstdint>

namespace lentil::semihosting {

inline void call(std::uint32_t operation, const void* argument) {
  register std::uint32_t r0 asm("r0") = operation;
  register const void* r1 asm("r1") = argument;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

inline void write(const char* text) { call(0x04, text); }  // SYS_WRITE0

[[noreturn]] inline void exit(int code) {
  const std::uint32_t reason[2] = {0x20026, static_cast<std::uint32_t>(code)};  // the program ended by itself
  call(0x20, reason);                                                           // SYS_EXIT_EXTENDED
  while (true) {
  }
}

}  // namespace lentil::semihosting
