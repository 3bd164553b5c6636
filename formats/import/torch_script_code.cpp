#include "formats/import/torch_script_code.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lentil::formats {
namespace {

using Constants = std::map<std::string, std::vector<double>>;

constexpr std::size_t kMostConstants = 64;
constexpr std::size_t kMostNumbers = 16;

// What the arguments of a function are, in their order; empty: not wanted.
struct Signature {
  std::string_view call;
  std::array<std::string_view, 9> names;
};

constexpr std::array kSignatures{
    Signature{"torch._convolution(",
              {"", "", "", "stride", "padding", "dilation", "transposed", "", "groups"}},
    Signature{"torch.conv2d(", {"", "", "", "stride", "padding", "dilation", "groups"}},
    Signature{"torch.max_pool2d(", {"", "kernel_size", "stride", "padding", "dilation", "ceil_mode"}},
    Signature{"torch.avg_pool2d(",
              {"", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"}},
    Signature{"torch.batch_norm(", {"", "", "", "", "", "", "momentum", "eps"}},
    Signature{"torch.leaky_relu(", {"", "negative_slope"}},
    Signature{"torch.leaky_relu_(", {"", "negative_slope"}},
    Signature{"torch.elu(", {"", "alpha"}},
    Signature{"torch.elu_(", {"", "alpha"}},
    Signature{"torch.dropout(", {"", "p"}},
};

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

void add(std::string_view name, std::string_view value, Constants& constants) {
  auto numbers = parse_numbers(value);
  if (!numbers.empty() && constants.size() < kMostConstants)
    constants[std::string(name)] = std::move(numbers);
}

// Up to the next comma outside brackets, or the bracket that ends the call.
std::string_view next_argument(std::string_view& text) {
  int depth = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (depth == 0 && (c == ',' || c == ')')) break;
    depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
  }
  const std::string_view argument = text.substr(0, end);
  const bool more = end < text.size() && text[end] == ',';
  text.remove_prefix(std::min(more ? end + 2 : text.size(), text.size()));
  return argument;
}

void add_arguments(std::string_view line, Constants& constants) {
  for (const Signature& signature : kSignatures) {
    const std::size_t at = line.find(signature.call);
    if (at == std::string_view::npos) continue;
    std::string_view arguments = line.substr(at + signature.call.size());
    for (const std::string_view name : signature.names) {
      const std::string_view value = next_argument(arguments);
      if (!name.empty()) add(name, value, constants);
    }
  }
}

void add_declared(std::string_view line, Constants& constants) {
  const std::size_t colon = line.find(" : Final[");
  const std::size_t equals = line.find("] = ");
  if (colon == std::string_view::npos || equals == std::string_view::npos || colon < 2) return;
  add(line.substr(2, colon - 2), line.substr(equals + 4), constants);
}

}  // namespace

Constants script_constants(std::string_view code, std::string_view type) {
  Constants constants;
  const std::size_t start = code.find("class " + std::string(type) + "(Module)");
  if (start == std::string_view::npos) return constants;
  code.remove_prefix(start);
  int calls = 0;
  Constants arguments;
  for (std::size_t end = code.find('\n'); end != std::string_view::npos; end = code.find('\n')) {
    code.remove_prefix(end + 1);
    const std::string_view line = code.substr(0, code.find('\n'));
    if (line.starts_with("class ")) break;
    add_declared(line, constants);
    if (line.find(" = torch.") != std::string_view::npos) {
      ++calls;
      add_arguments(line, arguments);
    }
  }
  return constants.empty() && calls == 1 ? arguments : constants;
}

}  // namespace lentil::formats
