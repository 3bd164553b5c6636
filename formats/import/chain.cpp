#include "formats/import/chain.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "formats/spec_terms.h"
#include "formats/spec_words.h"

namespace lentil::formats {
namespace {

struct ShortWord {
  std::string_view said, meant;
  bool transposed = false;
};
constexpr std::array kKeyWords{ShortWord{"conv", "conv"},     ShortWord{"convT", "conv", true},
                               ShortWord{"fc", "linear"},     ShortWord{"fcT", "linear", true},
                               ShortWord{"linear", "linear"}, ShortWord{"bn", "bn"},
                               ShortWord{"prelu", "prelu"}};
constexpr std::array kPlainWords{ShortWord{"flattenhwc", "flatten hwc"}, ShortWord{"gap", "globalavgpool"}};

bool is_short(std::string_view line) {
  return line.find(',') == std::string_view::npos &&
         (line.find(':') != std::string_view::npos || line.find('@') == std::string_view::npos);
}

std::vector<std::string_view> blank_words(std::string_view line) {
  std::vector<std::string_view> words = split(line, " \t\r\n");
  std::erase_if(words, [](std::string_view word) { return word.empty(); });
  return words;
}

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// "maxpool2s1p1" becomes "maxpool 2 s1 p1", "leakyrelu(0.2)" "leakyrelu 0.2".
std::string spaced(std::string_view word) {
  for (const ShortWord& known : kPlainWords) {
    if (word == known.said) return std::string(known.meant);
  }
  std::string result;
  const bool pool = word.starts_with("maxpool") || word.starts_with("avgpool");
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool number_begins =
        i > 0 && is_digit(word[i]) && !is_digit(word[i - 1]) && result.find(' ') == std::string::npos;
    const bool term_begins = pool && i > 0 && !is_digit(word[i]) && is_digit(word[i - 1]);
    if (pool && (number_begins || term_begins)) result += ' ';
    if (word[i] == '(')
      result += ' ';
    else if (word[i] != ')')
      result += word[i];
  }
  return result;
}

// One word of the short spelling as an entry of the other one.
Outcome<std::string> entry_of(std::string_view word, bool& transposed) {
  const auto parts = split(word, ":");
  if (parts.size() == 1) return spaced(word);
  const auto known = std::ranges::find(kKeyWords, parts[0], &ShortWord::said);
  if (known == kKeyWords.end() || parts[1].empty()) {
    return Failure{"network line: '" + std::string(word) +
                   "' is no layer with a name; those are conv:NAME, convT:NAME, fc:NAME, fcT:NAME, bn:NAME "
                   "and prelu:NAME"};
  }
  transposed = known->transposed;
  std::string entry = std::string(known->meant) + " @" + std::string(parts[1]);
  for (const std::string_view part : std::span(parts).subspan(2)) entry += " " + std::string(part);
  return entry;
}

// Linear layers want a flat input, and nobody writes down what PyTorch's users call view().
void add_flatten(Chain& chain) {
  const auto is = [](LayerType type) {
    return [type](const SpecLayer& layer) { return layer.word->type == type; };
  };
  auto& layers = chain.spec.layers;
  const auto first = std::ranges::find_if(layers, is(LayerType::linear));
  if (first == layers.end() || std::any_of(layers.begin(), first, is(LayerType::flatten))) return;
  const auto at = first - layers.begin();
  SpecLayer flatten;
  flatten.word = find_spec_word(LayerType::flatten);
  flatten.text = "flatten";
  flatten.position = first->position;
  layers.insert(first, flatten);
  chain.transposed.insert(chain.transposed.begin() + at, false);
}

}  // namespace

Outcome<Chain> parse_chain(std::string_view line) {
  Chain chain;
  std::string long_line(line);
  if (is_short(line)) {
    long_line.clear();
    for (const std::string_view word : blank_words(line)) {
      bool transposed = false;
      const auto entry = entry_of(word, transposed);
      if (!entry) return entry.error();
      chain.transposed.push_back(transposed);
      long_line += (long_line.empty() ? "" : ", ") + *entry;
    }
  }
  auto spec = parse_spec(long_line);
  if (!spec) return spec.error();
  chain.spec = std::move(*spec);
  chain.transposed.resize(chain.spec.layers.size());
  add_flatten(chain);
  return chain;
}

}  // namespace lentil::formats
