#include "formats/host/augment_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <string>

#include "formats/nearest_word.h"

namespace lentil::formats {
namespace {

struct Setting {
  std::string_view name;
  float AugmentOptions::*member;
  float most;
};
constexpr std::array kSettings{
    Setting{"shift", &AugmentOptions::shift, 32},         Setting{"rotate", &AugmentOptions::rotate, 90},
    Setting{"scale", &AugmentOptions::scale, 0.5f},       Setting{"shear", &AugmentOptions::shear, 1},
    Setting{"elastic", &AugmentOptions::elastic, 8},      Setting{"thickness", &AugmentOptions::thickness, 4},
    Setting{"contrast", &AugmentOptions::contrast, 0.9f}, Setting{"blur", &AugmentOptions::blur, 1}};

struct Preset {
  std::string_view name;
  AugmentOptions options;
};
constexpr std::array kPresets{
    Preset{"none", {}},
    // What leaves a clean test set's accuracy best.
    Preset{"light",
           {.shift = 1, .rotate = 7, .scale = 0.08f, .shear = 0.15f, .elastic = 0.7f, .thickness = 0.3f}},
    // Other people's hands and pens.
    Preset{"full",
           {.shift = 2,
            .rotate = 12,
            .scale = 0.15f,
            .shear = 0.4f,
            .elastic = 1.2f,
            .thickness = 1.2f,
            .contrast = 0.2f,
            .blur = 0.5f}}};

constexpr std::string_view kHow =
    "give none, light or full, or settings such as full,rotate=20 or shift=2,shear=0.3";

std::string known_words() {
  std::string words;
  for (const Setting& setting : kSettings) {
    words += (words.empty() ? "" : ", ") + std::string(setting.name);
  }
  return words;
}

Failure unknown(std::string_view word) {
  std::array<std::string_view, kSettings.size() + kPresets.size()> words;
  const auto rest = std::ranges::transform(kSettings, words.begin(), &Setting::name).out;
  std::ranges::transform(kPresets, rest, &Preset::name);
  const std::string_view near = nearest_word(word, words);
  std::string message = "'" + std::string(word) + "' is no distortion";
  if (!near.empty()) message += " (did you mean '" + std::string(near) + "'?)";
  return {message + "; there are " + known_words() + "; " + std::string(kHow)};
}

std::optional<Failure> set(AugmentOptions& options, std::string_view name, std::string_view value) {
  const auto setting = std::ranges::find(kSettings, name, &Setting::name);
  if (setting == kSettings.end()) return unknown(name);
  float number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc{} && end == value.data() + value.size();
  if (!whole || !(number >= 0 && number <= setting->most)) {
    return Failure{(std::ostringstream()
                    << name << "=" << value << ": a number from 0 to " << setting->most << " expected")
                       .str()};
  }
  options.*setting->member = number;
  return std::nullopt;
}

std::optional<Failure> apply(AugmentOptions& options, std::string_view word, bool first) {
  if (const std::size_t equals = word.find('='); equals != std::string_view::npos)
    return set(options, word.substr(0, equals), word.substr(equals + 1));
  const auto preset = std::ranges::find(kPresets, word, &Preset::name);
  if (preset == kPresets.end()) return unknown(word);
  if (!first) return Failure{"'" + std::string(word) + "' must be the first word; " + std::string(kHow)};
  options = preset->options;
  return std::nullopt;
}

}  // namespace

bool distorts(const AugmentOptions& options) { return options != AugmentOptions{}; }

Outcome<AugmentOptions> parse_augment(std::string_view text) {
  AugmentOptions options;
  for (bool first = true;; first = false) {
    const std::size_t comma = text.find(',');
    if (auto failure = apply(options, text.substr(0, comma), first)) return std::move(*failure);
    if (comma == std::string_view::npos) return options;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace lentil::formats
