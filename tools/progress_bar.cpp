#include "tools/progress_bar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/output.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

constexpr std::size_t kLeastBar = 6, kMostBar = 24;  // columns

BarStyle terminal_style() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const bool colour = environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  return {known ? size.ws_col : std::size_t{80}, locale_is_utf8(), colour};
}

std::string gauge(double part, std::size_t columns, const BarStyle& style) {
  constexpr std::array<const char*, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const std::size_t width = style.unicode ? columns : columns - 2;  // of the bar between its brackets
  const auto eighths =
      static_cast<std::size_t>(std::lround(std::clamp(part, 0.0, 1.0) * 8 * static_cast<double>(width)));
  const std::size_t whole = style.unicode ? eighths / 8 : (eighths + 4) / 8;
  std::string text;
  for (std::size_t i = 0; i < whole; ++i) text += style.unicode ? "█" : "#";
  const bool broken = style.unicode && eighths % 8 != 0;
  if (broken) text += kEighths[eighths % 8];
  text.append(width - whole - (broken ? 1 : 0), style.unicode ? ' ' : '-');
  if (style.colour) text = "\x1b[32m" + text + "\x1b[0m";
  return style.unicode ? text : "[" + text + "]";
}

}  // namespace

std::string duration_text(double seconds) {
  const auto total = static_cast<std::uint64_t>(std::lround(std::clamp(seconds, 0.0, 3.6e7)));
  if (total < 3600) return fmt::format("{}:{:02}", total / 60, total % 60);
  return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

std::string render_bar(const BarState& s, const BarStyle& style) {
  const double part = s.total == 0 ? 0 : static_cast<double>(s.done) / static_cast<double>(s.total);
  const std::string head = fmt::format("epoch {}/{} ", s.epoch, s.epochs);
  const std::array<std::string, 5> facts{
      fmt::format(" {}/{}", s.done, s.total), fmt::format("  loss {:.4f}", s.loss),
      fmt::format("  acc {:.1f} %", 100 * s.accuracy),
      fmt::format("  {} img/s", grouped(static_cast<std::uint64_t>(s.rate))),
      "  ETA " + duration_text(s.seconds_left)};
  // The last column stays free, or some terminals begin a new line. Facts come before a long bar.
  std::string tail;
  for (const std::string& fact : facts) {
    if (head.size() + kLeastBar + tail.size() + fact.size() >= style.columns) break;
    tail += fact;
  }
  const std::size_t used = head.size() + tail.size() + 1;
  if (used + kLeastBar > style.columns)
    return head.substr(0, style.columns - std::min<std::size_t>(style.columns, 1));
  return head + gauge(part, std::min(style.columns - used, kMostBar), style) + tail;
}

bool is_terminal() { return isatty(STDERR_FILENO) == 1; }

bool terminal_can_redraw() { return is_terminal() && environment("TERM") != "dumb"; }

void ProgressBar::update(const BarState& state) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  fmt::print(stderr, "\r{}\x1b[K", render_bar(state, terminal_style()));
  drawn_ = true;
}

void ProgressBar::clear() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
  drawn_ = false;
  next_ = {};
}

}  // namespace lentil::tools
