#include "formats/spec_terms.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lentil::formats {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Numbers with x between them; empty if one makes no sense.
std::vector<std::uint32_t> parse_sides(std::string_view text) {
  std::vector<std::uint32_t> sides;
  for (const std::string_view part : split(text, "x")) {
    const auto side = parse_number<std::uint32_t>(part);
    if (!side) return {};
    sides.push_back(*side);
  }
  return sides;
}

// parse() gives false where the text makes no sense for a setting of this type, text_of() is its reverse.

template <class Number>
bool parse(std::string_view text, std::optional<Number>& number) {
  number = parse_number<Number>(text);
  return number.has_value();
}

bool parse(std::string_view text, std::uint32_t& number) {
  const auto parsed = parse_number<std::uint32_t>(text);
  number = parsed.value_or(0);
  return parsed.has_value();
}

// "3", or "3x5".
bool parse(std::string_view text, Extent& extent) {
  const auto sides = parse_sides(text);
  if (sides.empty() || sides.size() > 2) return false;
  extent = {sides.front(), sides.back()};
  return true;
}

bool parse(std::string_view text, std::optional<Extent>& extent) { return parse(text, extent.emplace()); }

// "1" for all sides, "1x2" for above and below, left and right, or top, left, bottom, right.
bool parse(std::string_view text, Padding& padding) {
  const auto sides = parse_sides(text);
  if (sides.empty() || sides.size() == 3 || sides.size() > 4) return false;
  padding = sides.size() == 4 ? Padding{sides[0], sides[1], sides[2], sides[3]}
                              : Padding{sides.front(), sides.back(), sides.front(), sides.back()};
  return true;
}

bool parse(std::string_view text, std::optional<Shape>& shape) {
  shape = parse_shape(text);
  return shape.has_value();
}

bool parse(std::string_view text, std::string& name) {
  name = text;
  return !name.empty();
}

bool parse(std::string_view text, bool& flag) {
  flag = true;
  return text.empty();
}

bool parse(std::string_view text, FlattenOrder& order) {
  order = FlattenOrder::hwc;
  return text.empty();
}

std::string text_of(std::uint32_t number) { return std::to_string(number); }

std::string text_of(float number) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string text_of(const Extent& e) {
  return e.height == e.width ? text_of(e.height) : text_of(e.height) + "x" + text_of(e.width);
}

std::string text_of(const Padding& p) {
  if (p.top == p.bottom && p.left == p.right) return text_of(Extent{p.top, p.left});
  return text_of(p.top) + "x" + text_of(p.left) + "x" + text_of(p.bottom) + "x" + text_of(p.right);
}

std::string text_of(const Shape& shape) { return spec_text(shape); }
std::string text_of(const std::string& name) { return name; }
std::string text_of(bool) { return {}; }
std::string text_of(FlattenOrder) { return {}; }

template <class Value>
std::string text_of(const std::optional<Value>& value) {
  return text_of(*value);
}

template <auto Setting>
bool read(SpecLayer& entry, std::string_view text) {
  return parse(text, entry.*Setting);
}

template <auto Setting>
std::optional<std::string> write(const SpecLayer& entry) {
  if (entry.*Setting == SpecLayer().*Setting) return std::nullopt;
  return text_of(entry.*Setting);
}

template <auto Setting>
constexpr SpecTerm term(std::string_view usage, std::string_view meaning = {}) {
  return {usage, meaning, read<Setting>, write<Setting>};
}

constexpr std::array kTerms{
    term<&SpecLayer::out>("OUT", "the number of outputs"),
    term<&SpecLayer::kernel>("K", "the size of the window"),
    term<&SpecLayer::kernel>("kK", "the size of the window"),
    term<&SpecLayer::stride>("sS"),
    term<&SpecLayer::padding>("pP"),
    term<&SpecLayer::dilation>("dD"),
    term<&SpecLayer::groups>("gG"),
    term<&SpecLayer::no_bias>("nobias"),
    term<&SpecLayer::ceil>("ceil"),
    term<&SpecLayer::no_pad>("nopad"),
    term<&SpecLayer::channels>("channels"),
    term<&SpecLayer::order>("hwc"),
    term<&SpecLayer::number>("A"),
    term<&SpecLayer::number>("P"),
    term<&SpecLayer::number>("C", "the constant"),
    term<&SpecLayer::eps>("epsE"),
    term<&SpecLayer::momentum>("momentumM"),
    term<&SpecLayer::shape>("CxHxW", "the shape"),
    term<&SpecLayer::name>("@NAME"),
};

}  // namespace

std::string_view SpecTerm::prefix() const {
  constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return usage.substr(0, usage.find_first_of(kCapitals));
}

std::vector<UsedTerm> terms_of(const SpecWord& word) {
  std::vector<UsedTerm> terms;
  for (std::string_view usage : split(word.usage.substr(word.word().size()), " ")) {
    const bool required = !usage.starts_with('[');
    if (!required) usage = usage.substr(1, usage.size() - 2);
    const auto term =
        std::find_if(kTerms.begin(), kTerms.end(), [&](const SpecTerm& t) { return t.usage == usage; });
    if (term != kTerms.end()) terms.push_back({&*term, required});
  }
  return terms;
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

std::optional<Shape> parse_shape(std::string_view text) {
  const auto sides = parse_sides(text);
  if (sides.size() == 1) return Shape{sides[0], 1, 1};
  if (sides.size() == 3) return Shape{sides[0], sides[1], sides[2]};
  return std::nullopt;
}

std::string spec_text(const Shape& s) {
  if (s.plane() == 1) return text_of(s.channels);
  return text_of(s.channels) + "x" + text_of(s.height) + "x" + text_of(s.width);
}

}  // namespace lentil::formats
