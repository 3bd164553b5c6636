// Where words go: results to stdout, all else to stderr.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lentil::tools {

// Both end the line.
void print_result(const std::string& text);
void print_note(const std::string& text);
// One line.
void print_json(const nlohmann::ordered_json& object);

}  // namespace lentil::tools
