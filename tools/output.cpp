#include "tools/output.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tools/terminal.h"
#include "tools/text.h"

namespace lentil::tools {

void print_result(const std::string& text) { print_colored(printable(text)); }

void print_colored(const std::string& text) { std::fputs((text + "\n").c_str(), stdout); }

void print_note(const std::string& text) { std::fputs((printable(text) + "\n").c_str(), stderr); }

void print_error(const std::string& message) {
  std::fputs((colored(STDERR_FILENO, kBoldRed, "lentil:") + " " + printable(message) + "\n").c_str(), stderr);
}

void print_json(const nlohmann::ordered_json& object) {
  // Names in files need not be UTF-8.
  print_result(object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace lentil::tools
