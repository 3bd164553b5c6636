#include "formats/spec.h"

#include <algorithm>
#include <array>

#include "formats/layer_rules.h"
#include "formats/model_builder.h"
#include "formats/nearest_word.h"
#include "formats/spec_terms.h"
#include "formats/spec_words.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return text.substr(text.size());
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::vector<std::string_view> words_of(std::string_view entry) {
  std::vector<std::string_view> words = split(entry, kBlanks);
  std::erase_if(words, [](std::string_view word) { return word.empty(); });
  return words;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

// What other tools call it, else what is spelt nearly so.
std::string_view suggestion(std::string_view word) {
  struct Synonym {
    std::string_view said, meant;
  };
  constexpr std::array kSynonyms{Synonym{"fc", "linear"},         Synonym{"dense", "linear"},
                                 Synonym{"batchnorm", "bn"},      Synonym{"batchnorm1d", "bn"},
                                 Synonym{"batchnorm2d", "bn"},    Synonym{"pool", "maxpool"},
                                 Synonym{"gap", "globalavgpool"}, Synonym{"view", "reshape"}};
  const std::string said = lower(word);
  for (const Synonym& synonym : kSynonyms) {
    if (synonym.said == said) return synonym.meant;
  }
  std::vector<std::string_view> known;
  for (const SpecWord& candidate : spec_words()) known.push_back(candidate.word());
  return nearest_word(said, known);
}

Failure failure(const SpecLayer& entry, const std::string& what, std::string_view expected = {}) {
  std::string message =
      "network spec, '" + entry.text + "' at position " + std::to_string(entry.position) + ": " + what;
  if (!expected.empty()) message += "; expected " + std::string(expected);
  return {message};
}

Failure unknown_word(const SpecLayer& entry, std::string_view word) {
  const std::string what = "unknown word '" + std::string(word) + "'";
  const std::string_view meant = suggestion(word);
  if (!meant.empty()) return failure(entry, what + "; did you mean '" + std::string(meant) + "'?");
  std::string words = "one of input";
  for (const SpecWord& known : spec_words()) words += ", " + std::string(known.word());
  return failure(entry, what, words);
}

// The term that a word is meant as: one with letters in front goes before one without.
const SpecTerm* match(std::span<const UsedTerm> terms, std::string_view word) {
  const SpecTerm* bare = nullptr;
  for (const auto& [term, required] : terms) {
    const std::string_view prefix = term->prefix();
    if (prefix.empty()) bare = term;
    if (!prefix.empty() && word.starts_with(prefix)) return term;
  }
  return bare;
}

Outcome<SpecLayer> parse_layer(SpecLayer entry) {
  const auto words = words_of(entry.text);
  entry.word = find_spec_word(words[0]);
  if (entry.word == nullptr) return unknown_word(entry, words[0]);
  const auto terms = terms_of(*entry.word);
  std::vector<const SpecTerm*> seen;
  for (const std::string_view word : std::span(words).subspan(1)) {
    const SpecTerm* term = match(terms, word);
    if (term == nullptr || !term->read(entry, word.substr(term->prefix().size()))) {
      return failure(entry, "cannot make sense of '" + std::string(word) + "'", entry.word->usage);
    }
    if (std::find(seen.begin(), seen.end(), term) != seen.end()) {
      return failure(entry, "'" + std::string(word) + "' sets something twice", entry.word->usage);
    }
    seen.push_back(term);
  }
  return entry;
}

Outcome<Shape> parse_input(const SpecLayer& entry) {
  const auto words = words_of(entry.text);
  const auto shape = words.size() == 2 ? parse_shape(words[1]) : std::nullopt;
  if (!shape || check_input_shape(*shape).status != Status::ok)
    return failure(entry, "this is no shape", kInputUsage);
  return *shape;
}

// Null if all is there that may not be left out.
const SpecTerm* missing(const SpecLayer& entry) {
  for (const auto& [term, required] : terms_of(*entry.word)) {
    if (required && !term->write(entry)) return term;
  }
  return nullptr;
}

}  // namespace

Outcome<Spec> parse_spec(std::string_view line) {
  Spec spec;
  bool first = true;
  for (const std::string_view part : split(line, ",")) {
    SpecLayer entry;
    const std::string_view text = trim(part);
    entry.text = text;
    entry.position = static_cast<std::size_t>(text.data() - line.data()) + 1;
    if (text.empty()) return failure(entry, "nothing between two commas", "an entry such as 'conv 10 k5'");
    if (words_of(text)[0] == "input") {
      if (!first) return failure(entry, "the input comes first");
      const auto shape = parse_input(entry);
      if (!shape) return shape.error();
      spec.input = *shape;
    } else {
      auto layer = parse_layer(std::move(entry));
      if (!layer) return layer.error();
      spec.layers.push_back(std::move(*layer));
    }
    first = false;
  }
  if (spec.layers.empty()) return Failure{"network spec: it has no layer"};
  return spec;
}

Outcome<ModelFile> build_spec(const Spec& spec, Shape default_input) {
  ModelBuilder builder("network", spec.input.value_or(default_input));
  for (const SpecLayer& layer : spec.layers) {
    if (const SpecTerm* lack = missing(layer)) {
      return failure(layer, std::string(lack->meaning) + " is missing", layer.word->usage);
    }
    layer.word->append(builder, layer);
    if (builder.failed()) return failure(layer, builder.build().error().message);
  }
  return builder.build();
}

Outcome<ModelFile> model_from_spec(std::string_view line, Shape default_input) {
  const auto spec = parse_spec(line);
  if (!spec) return spec.error();
  return build_spec(*spec, default_input);
}

}  // namespace lentil::formats
