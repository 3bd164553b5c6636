// Ctrl-C and kill as a wish to stop soon. The second one ends the program at once.
#pragma once

namespace lentil::tools {

// Signals are caught as long as this lives.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  // 0, or the signal that has come: SIGINT or SIGTERM. Shells expect the exit code 128 + signal.
  static int signal();
};

}  // namespace lentil::tools
