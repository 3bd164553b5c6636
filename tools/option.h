// One option of a command, as help, completion, the man page and `lentil config` know it.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lentil::tools {

struct Option {
  std::vector<std::string> names;  // "-o", "--output"; of an operand its name alone
  std::string value;               // stands for the value in the help: "N"; empty: a flag, or an operand
  std::string initial;             // the value unless another is given, as one would type it
  std::string help;
  std::vector<std::string> words;                        // if the value is one of these
  std::function<void(const std::string& given)> take{};  // sets the value; stops if it cannot be one
  bool several = false;                                  // an operand that takes any number of words

  bool is_operand() const { return !names[0].starts_with("-"); }
  bool is_flag() const { return value.empty() && !is_operand(); }
  // The first long one.
  const std::string& main_name() const;
  std::string full_help() const { return initial.empty() || is_flag() ? help : help + " [" + initial + "]"; }
};

// Whether the environment and configuration files may set it. Not what replaces or continues a file: a
// setting forgotten in some folder must not do that.
bool configurable(const Option& option);

// What it may have as its value, for completion.
struct Candidates {
  std::vector<std::string> words;
  bool files = false, folders = false;
};
Candidates candidates(const Option& option);

}  // namespace lentil::tools
