#include "tools/output.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tools/text.h"

namespace lentil::tools {

void print_result(const std::string& text) { std::fputs((printable(text) + "\n").c_str(), stdout); }

void print_note(const std::string& text) { std::fputs((printable(text) + "\n").c_str(), stderr); }

void print_json(const nlohmann::ordered_json& object) {
  // Names in files need not be UTF-8.
  print_result(object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

// The first of these that is set decides, as in every locale.
bool locale_is_utf8() {
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
