// Where words go: results to stdout, all else to stderr.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace lentil::tools {

// Both end the line.
void print_result(const std::string& text);
void print_note(const std::string& text);
// One line.
void print_json(const nlohmann::ordered_json& object);

// Of a variable; empty if it is not set.
std::string_view environment(const char* name);
// Whether terminals of this environment show more than ASCII.
bool locale_is_utf8();

}  // namespace lentil::tools
