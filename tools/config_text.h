// The text of a configuration file: the part of TOML that options need.
//   threads = 2          # for every command that has the option
//   [train]              # for one command
//   lr = 0.01
//   schedule = "cosine"
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "formats/host/outcome.h"

namespace lentil::tools {

struct ConfigEntry {
  std::string section;   // empty: before the first
  std::string key;       // empty: the line of the section itself
  std::string value;     // as one would type it: lenet, 0.01, true, 1,8,64
  std::size_t line = 0;  // from 1
};

// Values are numbers, true or false, texts in quotes, and lists of these in one line. A failure begins with
// "FILE:LINE: ".
formats::Outcome<std::vector<ConfigEntry>> read_config(std::string_view text, const std::string& file);

// The reverse for one value: 0.01, true and [1, 8] as they are, anything else in quotes.
std::string config_value(std::string_view value);

}  // namespace lentil::tools
