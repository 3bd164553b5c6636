#include "tools/child.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/stop.h"
#include "tools/timing.h"

namespace lentil::tools {
namespace {

using formats::Failure;
using formats::Outcome;

constexpr char kDone = '.', kStopped = '!';  // the first byte of an answer

void write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(to, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// A child that cannot be ended must not keep those waiting who read what this program prints.
void leave_output() {
  const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nothing < 0) return;
  dup2(nothing, STDOUT_FILENO);
  dup2(nothing, STDERR_FILENO);
}

[[noreturn]] void run_child(int to, const std::function<std::string()>& work) {
  leave_output();
  try {
    write_all(to, kDone + work());
  } catch (const Stop& stop) {
    write_all(to, kStopped + stop.message);
  }
  _exit(0);
}

// Until its end, or until the time is up.
std::string read_all(int from, double seconds, bool& timed_out) {
  const Stopwatch watch;
  std::string all;
  char buffer[4096];
  for (;;) {
    pollfd wait{.fd = from, .events = POLLIN, .revents = 0};
    const double left = seconds - watch.seconds();
    timed_out = left <= 0;
    if (timed_out) return all;
    const int ready = poll(&wait, 1, static_cast<int>(std::clamp(left * 1e3, 1.0, 1e9)));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t count = ready < 0 ? ready : read(from, buffer, sizeof(buffer));
    if (count <= 0) return all;
    all.append(buffer, static_cast<std::size_t>(count));
  }
}

// One that hangs inside the system's kernel cannot be ended, and is not waited for.
Failure end_child(pid_t child, const std::string& who, double seconds) {
  kill(child, SIGKILL);
  usleep(10'000);
  waitpid(child, nullptr, WNOHANG);
  return {fmt::format("{} has not answered within {:g} s; look at dmesg, or reboot", who, seconds)};
}

std::string end_text(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

}  // namespace

Outcome<std::string> in_child(const std::string& who, double seconds,
                              const std::function<std::string()>& work) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return Failure{fmt::format("no pipe can be made: {}", std::strerror(errno))};
  const pid_t child = fork();
  if (child == 0) run_child(ends[1], work);
  close(ends[1]);
  bool timed_out = false;
  const std::string answer = child < 0 ? "" : read_all(ends[0], seconds, timed_out);
  close(ends[0]);
  if (child < 0) return Failure{fmt::format("no process can be started: {}", std::strerror(errno))};
  if (timed_out) return end_child(child, who, seconds);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (answer.empty())
    return Failure{fmt::format("{} has ended the process that asked it: {}", who, end_text(status))};
  if (answer[0] == kStopped) return Failure{answer.substr(1)};
  return answer.substr(1);
}

}  // namespace lentil::tools
