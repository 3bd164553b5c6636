#include "tools/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace lentil::tools {
namespace {

Color chosen_color = Color::automatic;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

}  // namespace

void choose_color(Color choice) { chosen_color = choice; }

bool use_color(int stream) {
  if (chosen_color != Color::automatic) return chosen_color == Color::always;
  if (!environment("NO_COLOR").empty()) return false;
  const std::string_view force = environment("CLICOLOR_FORCE");
  return (!force.empty() && force != "0") || can_redraw(stream);
}

bool knows_all_colors() {
  const std::string_view kind = environment("COLORTERM");
  return kind == "truecolor" || kind == "24bit";
}

std::string colored(int stream, const char* code, const std::string& text) {
  if (!use_color(stream)) return text;
  return std::string("\x1b[") + code + "m" + text + "\x1b[0m";
}

bool is_terminal(int stream) { return isatty(stream) == 1; }

bool can_redraw(int stream) { return is_terminal(stream) && environment("TERM") != "dumb"; }

std::size_t columns(int stream) {
  winsize size{};
  const bool known = ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

bool use_utf8() {
  // The first of these that is set decides, as in every locale.
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value(environment(name));
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    return value.find("UTF-8") != std::string::npos || value.find("UTF8") != std::string::npos;
  }
  return false;
}

}  // namespace lentil::tools
