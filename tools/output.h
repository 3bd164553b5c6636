// Where words go: results to stdout, all else to stderr.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lentil::tools {

// All end the line.
void print_result(const std::string& text);
// With the colours in it: words out of files must be made printable() before.
void print_colored(const std::string& text);
void print_note(const std::string& text);
// "lentil: " and the message.
void print_error(const std::string& message);
// In one line.
void print_json(const nlohmann::ordered_json& object);

}  // namespace lentil::tools
