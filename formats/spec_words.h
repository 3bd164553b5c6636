// The vocabulary of formats/spec.h: the one table that parser, builder and printer share.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/model_builder.h"
#include "formats/spec.h"

namespace lentil::formats {

// An entry's first word, and what makes a layer of the entry.
struct SpecWord {
  LayerType type;          // batch_norm2d for both kinds of bn
  std::string_view usage;  // the grammar: the word, then its terms, in brackets where they may be left out
  std::optional<float> number;  // what the term for a number is when left out
  void (*append)(ModelBuilder&, const SpecLayer&);

  std::string_view word() const { return usage.substr(0, usage.find(' ')); }
};

std::span<const SpecWord> spec_words();
const SpecWord* find_spec_word(std::string_view word);  // null: there is none
const SpecWord* find_spec_word(LayerType type);

inline constexpr std::string_view kInputUsage = "input CxHxW or input N";

}  // namespace lentil::formats
