#include "formats/import/torch_script_code.h"

#include <charconv>

namespace lentil::formats {
namespace {

constexpr std::size_t kMostConstants = 64;
constexpr std::size_t kMostNumbers = 16;

// "(2, 2)", "1e-05" or "True"; empty: something else.
std::vector<double> parse_numbers(std::string_view text) {
  if (text == "True" || text == "False") return {text == "True" ? 1.0 : 0.0};
  const bool several = text.size() > 1 && (text[0] == '(' || text[0] == '[');
  if (several) text = text.substr(1, text.size() - 2);
  std::vector<double> numbers;
  while (!text.empty() && numbers.size() < kMostNumbers) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return {};
    numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty() && (!several || text[0] != ',')) return {};
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
  }
  return numbers;
}

}  // namespace

std::map<std::string, std::vector<double>> script_constants(std::string_view code, std::string_view type) {
  std::map<std::string, std::vector<double>> constants;
  const std::size_t start = code.find("class " + std::string(type) + "(");
  if (start == std::string_view::npos) return constants;
  code.remove_prefix(start);
  while (constants.size() < kMostConstants) {
    const std::size_t end = code.find('\n');
    if (end == std::string_view::npos) break;
    code.remove_prefix(end + 1);
    const std::string_view line = code.substr(0, code.find('\n'));
    const std::size_t colon = line.find(" : Final[");
    const std::size_t equals = line.find("] = ");
    if (!line.starts_with("  ") || line.starts_with("  def ")) break;
    if (colon == std::string_view::npos || equals == std::string_view::npos || colon < 2) continue;
    auto numbers = parse_numbers(line.substr(equals + 4));
    if (!numbers.empty()) constants[std::string(line.substr(2, colon - 2))] = std::move(numbers);
  }
  return constants;
}

}  // namespace lentil::formats
