#include "tools/interrupt.h"

#include <csignal>

namespace lentil::tools {
namespace {

volatile std::sig_atomic_t g_signal = 0;

void set_handler(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  // SA_RESETHAND: the next one takes its usual course. SA_RESTART: writing to a log goes on. Also where the
  // signal was ignored before, as in the background of a script: who sends it there means it.
  set_handler([](int signal) { g_signal = signal; }, static_cast<int>(SA_RESTART | SA_RESETHAND));
}

InterruptGuard::~InterruptGuard() { set_handler(SIG_DFL, 0); }

int InterruptGuard::signal() { return g_signal; }

}  // namespace lentil::tools
