#include "formats/spec.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "formats/layer_rules.h"
#include "formats/model_builder.h"
#include "formats/spec_words.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return text.substr(text.size());
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find_first_of(separators, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "3", or "3x5".
std::optional<Extent> parse_extent(std::string_view text) {
  const auto sides = split(text, "x");
  const auto height = parse_number<std::uint32_t>(sides.front());
  const auto width = parse_number<std::uint32_t>(sides.back());
  if (sides.size() > 2 || !height || !width) return std::nullopt;
  return Extent{*height, *width};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

// Letters to insert, drop or replace to make a of b.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

// What other tools call it, else what is spelt nearly so.
std::string suggestion(std::string_view word) {
  struct Synonym {
    std::string_view said, meant;
  };
  constexpr std::array kSynonyms{Synonym{"fc", "linear"},        Synonym{"dense", "linear"},
                                 Synonym{"batchnorm", "bn"},     Synonym{"batchnorm1d", "bn"},
                                 Synonym{"batchnorm2d", "bn"},   Synonym{"pool", "maxpool"},
                                 Synonym{"gap", "globalavgpool"}};
  const std::string said = lower(word);
  for (const Synonym& synonym : kSynonyms) {
    if (synonym.said == said) return std::string(synonym.meant);
  }
  const SpecWord* nearest = nullptr;
  std::size_t least = 3;
  for (const SpecWord& known : kSpecWords) {
    const std::size_t distance = edit_distance(said, known.word);
    if (distance < least && distance < known.word.size()) {
      least = distance;
      nearest = &known;
    }
  }
  return nearest == nullptr ? std::string() : std::string(nearest->word);
}

Failure failure(const SpecLayer& entry, const std::string& what, std::string_view expected = {}) {
  std::string message =
      "network spec, '" + entry.text + "' at position " + std::to_string(entry.position) + ": " + what;
  if (!expected.empty()) message += "; expected " + std::string(expected);
  return {message};
}

Failure unknown_word(const SpecLayer& entry, std::string_view word) {
  const std::string what = "unknown word '" + std::string(word) + "'";
  const std::string meant = suggestion(word);
  if (!meant.empty()) return failure(entry, what + "; did you mean '" + meant + "'?");
  std::string words = "one of input";
  for (const SpecWord& known : kSpecWords) words += ", " + std::string(known.word);
  return failure(entry, what, words);
}

// The word without a letter before it; false if it does not suit.
bool take_argument(SpecLayer& entry, SpecArgument argument, std::string_view word) {
  switch (argument) {
    case SpecArgument::out:
      return (entry.out = parse_number<std::uint32_t>(word)).has_value();
    case SpecArgument::window:
      return (entry.kernel = parse_extent(word)).has_value();
    case SpecArgument::number: {
      const auto number = parse_number<float>(word);
      entry.number = number.value_or(0);
      return number.has_value();
    }
    case SpecArgument::order:
      entry.order = FlattenOrder::hwc;
      return word == "hwc";
    case SpecArgument::none:
      break;
  }
  return false;
}

bool take_option(SpecLayer& entry, char letter, std::string_view text) {
  const std::optional<Extent> extent = parse_extent(text);
  if (!extent) return false;
  switch (letter) {
    case 'k':
      entry.kernel = extent;
      return true;
    case 's':
      entry.stride = extent;
      return true;
    case 'd':
      entry.dilation = extent;
      return true;
    case 'p':
      entry.padding = *extent;
      return true;
    default:
      entry.groups = extent->height;
      return text.find('x') == std::string_view::npos;
  }
}

// One word after the first; false if it does not suit the entry.
bool take_word(SpecLayer& entry, const SpecWord& known, std::string_view word) {
  if (word[0] == '@') {
    entry.name = word.substr(1);
    return takes_parameters(known.type) && !entry.name.empty();
  }
  if (word == "nobias") {
    entry.bias = false;
    return known.argument == SpecArgument::out;
  }
  if (known.options.find(word[0]) != std::string_view::npos)
    return take_option(entry, word[0], word.substr(1));
  return take_argument(entry, known.argument, word);
}

// Which words stand for the same setting: none may come twice.
std::string_view setting(std::string_view word, const SpecWord& known) {
  if (word[0] == '@' || known.options.find(word[0]) != std::string_view::npos) return word.substr(0, 1);
  return word == "nobias" ? word : std::string_view("argument");
}

std::vector<std::string_view> words_of(std::string_view entry) {
  std::vector<std::string_view> words = split(entry, kBlanks);
  std::erase_if(words, [](std::string_view word) { return word.empty(); });
  return words;
}

Outcome<SpecLayer> parse_layer(SpecLayer entry) {
  const auto words = words_of(entry.text);
  const auto known = std::find_if(kSpecWords.begin(), kSpecWords.end(),
                                  [&](const SpecWord& candidate) { return candidate.word == words[0]; });
  if (known == kSpecWords.end()) return unknown_word(entry, words[0]);
  entry.type = known->type;
  entry.number = known->number;
  std::vector<std::string_view> seen;
  for (const std::string_view word : std::span(words).subspan(1)) {
    if (!take_word(entry, *known, word)) {
      return failure(entry, "cannot make sense of '" + std::string(word) + "'", known->usage);
    }
    if (std::find(seen.begin(), seen.end(), setting(word, *known)) != seen.end()) {
      return failure(entry, "'" + std::string(word) + "' sets something twice", known->usage);
    }
    seen.push_back(setting(word, *known));
  }
  return entry;
}

Outcome<Shape> parse_input(const SpecLayer& entry) {
  const auto words = words_of(entry.text);
  const auto sides = split(words.size() == 2 ? words[1] : std::string_view(), "x");
  Shape shape{0, 1, 1};
  if (sides.size() == 1 || sides.size() == 3) {
    shape.channels = parse_number<std::uint32_t>(sides[0]).value_or(0);
  }
  if (sides.size() == 3) {
    shape.height = parse_number<std::uint32_t>(sides[1]).value_or(0);
    shape.width = parse_number<std::uint32_t>(sides[2]).value_or(0);
  }
  if (check_input_shape(shape).status != Status::ok) return failure(entry, "this is no shape", kInputUsage);
  return shape;
}

void append(ModelBuilder& builder, const SpecLayer& l) {
  const Extent one{1, 1};
  const Padding padding{l.padding.height, l.padding.width, l.padding.height, l.padding.width};
  const Extent kernel = l.kernel.value_or(one);
  switch (l.type) {
    case LayerType::conv2d:
      builder.conv2d(l.name, {l.out.value_or(0), kernel, l.stride.value_or(one), l.dilation.value_or(one),
                              padding, l.groups, l.bias});
      break;
    case LayerType::max_pool2d:
      builder.max_pool2d({.kernel = kernel, .stride = l.stride.value_or(kernel), .padding = padding});
      break;
    case LayerType::avg_pool2d:
      builder.avg_pool2d({.kernel = kernel, .stride = l.stride.value_or(kernel), .padding = padding});
      break;
    case LayerType::linear:
      builder.linear(l.name, l.out.value_or(0), l.bias);
      break;
    case LayerType::batch_norm2d:
      builder.batch_norm(l.name);
      break;
    case LayerType::prelu:
      builder.prelu(l.name);
      break;
    case LayerType::global_avg_pool2d:
      builder.global_avg_pool2d();
      break;
    case LayerType::leaky_relu:
      builder.leaky_relu(l.number);
      break;
    case LayerType::elu:
      builder.elu(l.number);
      break;
    case LayerType::sigmoid:
      builder.sigmoid();
      break;
    case LayerType::tanh:
      builder.tanh();
      break;
    case LayerType::dropout:
      builder.dropout(l.number);
      break;
    case LayerType::dropout2d:
      builder.dropout2d(l.number);
      break;
    case LayerType::flatten:
      builder.flatten(l.order);
      break;
    case LayerType::softmax:
      builder.softmax();
      break;
    case LayerType::log_softmax:
      builder.log_softmax();
      break;
    default:
      builder.relu();
      break;
  }
}

std::string_view missing(const SpecLayer& l) {
  if ((l.type == LayerType::conv2d || l.type == LayerType::linear) && !l.out)
    return "the number of outputs is missing";
  const bool window =
      l.type == LayerType::conv2d || l.type == LayerType::max_pool2d || l.type == LayerType::avg_pool2d;
  return window && !l.kernel ? "the size of the window is missing" : std::string_view();
}

std::string_view usage_of(const SpecLayer& l) {
  const auto known = std::find_if(kSpecWords.begin(), kSpecWords.end(),
                                  [&](const SpecWord& candidate) { return candidate.type == l.type; });
  return known == kSpecWords.end() ? std::string_view() : known->usage;
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
    const std::string_view lack = missing(layer);
    if (!lack.empty()) return failure(layer, std::string(lack), usage_of(layer));
    append(builder, layer);
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
