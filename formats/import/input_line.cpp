#include "formats/import/input_line.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "formats/spec_terms.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kParts =
    "div255, raw, norm(MEAN,STD), binTHRESHOLD-OFFSET, padN, resizeN, mean2, max2, rgb, with + between them";
constexpr std::uint32_t kMostPadding = 64, kMostSide = 1024;

std::optional<float> number(std::string_view text) {
  float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> count(std::string_view text, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > most)
    return std::nullopt;
  return value;
}

// What stands behind `word`, if the part begins with it.
std::optional<std::string_view> behind(std::string_view part, std::string_view word) {
  if (!part.starts_with(word)) return std::nullopt;
  return part.substr(word.size());
}

// A line while it is read: what may come only once, or only in front.
struct Reading {
  InputLine line;
  bool scaled = false;

  bool scale(float mean, float std) {
    if (scaled || !(std > 0)) return false;
    scaled = true;
    line.mean = mean;
    line.std = std;
    return true;
  }
  bool normalize(std::string_view numbers) {
    const auto values = split(numbers, ",");
    if (values.size() != 2) return false;
    const auto mean = number(values[0]), std = number(values[1]);
    return mean && std && scale(*mean, *std);
  }
  bool binarize(std::string_view numbers) {
    const std::size_t dash = numbers.find('-');
    const auto threshold = number(numbers.substr(0, dash));
    const auto offset = dash == std::string_view::npos ? 0.0f : number(numbers.substr(dash + 1));
    if (!threshold || !offset || !(*threshold >= 0 && *threshold < 1)) return false;
    line.fit.threshold = static_cast<std::uint8_t>(*threshold * 255);
    return scale(*offset, 1);
  }
  bool pad(std::string_view text) {
    const auto pixels = count(text, kMostPadding);
    if (!pixels || line.padding_after != 0 || line.fit.padding != Padding{} || line.resized) return false;
    if (scaled && line.mean != 0) {
      line.padding_after = *pixels;
    } else {
      line.fit.padding = {*pixels, *pixels, *pixels, *pixels};  // zeros stay zeros
    }
    return true;
  }
  bool resize(std::string_view text) {
    const auto side = count(text, kMostSide);
    if (!side || scaled || line.fit.padding != Padding{}) return false;
    line.resized = true;
    line.side = *side;
    return true;
  }
  bool pool(LayerType type) {
    if (line.pool != LayerType::relu) return false;
    line.pool = type;
    return true;
  }

  bool read(std::string_view part) {
    if (part == "div255") return scale(0, 1);
    if (part == "raw") return scale(0, 1.0f / 255);
    if (part == "mean2") return pool(LayerType::avg_pool2d);
    if (part == "max2") return pool(LayerType::max_pool2d);
    if (part == "rgb") return line.colours = true;
    if (const auto numbers = behind(part, "norm("); numbers && numbers->ends_with(')'))
      return normalize(numbers->substr(0, numbers->size() - 1));
    if (const auto numbers = behind(part, "bin")) return binarize(*numbers);
    if (const auto pixels = behind(part, "pad")) return pad(*pixels);
    if (const auto side = behind(part, "resize")) return resize(*side);
    return normalize(part);
  }
};

std::string text(float value) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end};
}

}  // namespace

Outcome<InputLine> parse_input_line(std::string_view line) {
  Reading reading;
  for (const std::string_view part : split(line, "+")) {
    if (!reading.read(part)) {
      return Failure{"'" + std::string(part) + "' in '" + std::string(line) +
                     "' says nothing about the input, or says it twice or too late; there are " +
                     std::string(kParts)};
    }
  }
  return reading.line;
}

Shape network_input(const InputLine& line) {
  std::uint32_t side = line.resized ? line.side : 28;
  side += 2 * (line.fit.padding.top + line.padding_after);
  if (line.pool != LayerType::relu) side /= 2;
  return {line.colours ? 3u : 1u, side, side};
}

std::string input_text(const InputLine& line) {
  std::string words;
  const auto side = [](std::uint32_t pixels) {
    return std::to_string(pixels) + "x" + std::to_string(pixels);
  };
  if (line.fit.padding != Padding{}) words += "padded by " + std::to_string(line.fit.padding.top) + ", ";
  if (line.resized) words += "resized to " + side(line.side) + ", ";
  if (line.fit.threshold) words += "255 above " + std::to_string(*line.fit.threshold) + ", else 0, ";
  std::string value = "pixel / 255";
  if (line.mean != 0) value = "(" + value + " - " + text(line.mean) + ")";
  if (line.std == 1.0f / 255)
    value = "pixel";
  else if (line.std != 1)
    value += " / " + text(line.std);
  words += value;
  if (line.padding_after != 0) words += ", then padded by " + std::to_string(line.padding_after);
  if (line.pool == LayerType::avg_pool2d) words += ", means of 2x2";
  if (line.pool == LayerType::max_pool2d) words += ", maxima of 2x2";
  if (line.colours) words += ", three equal channels";
  return words;
}

}  // namespace lentil::formats
