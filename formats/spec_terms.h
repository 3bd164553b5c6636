// The words behind an entry's first one: how each is read and written.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/spec_words.h"

namespace lentil::formats {

struct SpecTerm {
  std::string_view usage;  // as in SpecWord::usage: what stands in front of the value, the value in capitals
  std::string_view meaning;                               // for the message that it is missing
  bool (*read)(SpecLayer&, std::string_view value);       // false: the value makes no sense
  std::optional<std::string> (*write)(const SpecLayer&);  // the value; nothing: it is as in a new entry

  std::string_view prefix() const;
};

struct UsedTerm {
  const SpecTerm* term = nullptr;
  bool required = false;
};

// The terms of a word's usage, in order.
std::vector<UsedTerm> terms_of(const SpecWord& word);

std::vector<std::string_view> split(std::string_view text, std::string_view separators);
std::optional<Shape> parse_shape(std::string_view text);  // "16x4x4", or "10" for 10x1x1
std::string spec_text(const Shape& shape);                // the reverse

}  // namespace lentil::formats
