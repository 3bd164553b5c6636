#include "formats/host/npy_header.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace lentil::formats {
namespace {

// Each method takes what it reads off the front, after blanks, or leaves the text as it is.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char wanted) { return take(std::string_view(&wanted, 1)); }
  bool take(std::string_view wanted) {
    skip_blanks();
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(wanted.size());
    return true;
  }
  // Without escapes: no name or type of NumPy's needs them.
  std::optional<std::string_view> quoted() {
    skip_blanks();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) return std::nullopt;
    const std::size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text_.substr(1, end - 1);
    if (inside.find('\\') != std::string_view::npos) return std::nullopt;
    text_.remove_prefix(end + 1);
    return inside;
  }
  std::optional<std::int64_t> number() {
    skip_blanks();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc{} || value < 0) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }
  bool at_end() {
    skip_blanks();
    return text_.empty();
  }

 private:
  void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size())); }

  std::string_view text_;
};

std::optional<std::vector<std::int64_t>> parse_shape(Scanner& scanner) {
  if (!scanner.take('(')) return std::nullopt;
  std::vector<std::int64_t> shape;
  bool more = !scanner.take(')');
  while (more) {
    const auto size = scanner.number();
    if (!size) return std::nullopt;
    shape.push_back(*size);
    const bool comma = scanner.take(',');
    more = !scanner.take(')');
    const bool lone_number = !more && shape.size() == 1;  // "(3)" is no tuple in Python
    if (!comma && (more || lone_number)) return std::nullopt;
  }
  return shape;
}

// Takes the value of one key; the place that it goes to tells whether it was there before.
struct Fields {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::int64_t>> shape;

  bool take(std::string_view key, Scanner& scanner) {
    if (key == "descr" && !descr) {
      if (const auto text = scanner.quoted()) descr = std::string(*text);
      return descr.has_value();
    }
    if (key == "fortran_order" && !fortran_order) {
      const bool yes = scanner.take("True");
      if (yes || scanner.take("False")) fortran_order = yes;
      return fortran_order.has_value();
    }
    if (key == "shape" && !shape) {
      shape = parse_shape(scanner);
      return shape.has_value();
    }
    return false;
  }
};

}  // namespace

Outcome<NpyDict> parse_npy_dict(std::string_view text) {
  Scanner scanner(text);
  Fields fields;
  bool more = scanner.take('{') && !scanner.take('}');
  while (more) {
    const auto key = scanner.quoted();
    if (!key || !scanner.take(':')) break;
    // A list of fields stands where a type's text is expected.
    if (*key == "descr" && scanner.take('[')) {
      return Failure{"it holds records of several fields; save each field as an array of its own"};
    }
    if (!fields.take(*key, scanner)) break;
    const bool comma = scanner.take(',');
    more = !scanner.take('}');
    if (more && !comma) break;
  }
  if (more || !scanner.at_end() || !fields.descr || !fields.fortran_order || !fields.shape) {
    return Failure{
        "its header is none of NumPy's, such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }"};
  }
  return NpyDict{*fields.descr, *fields.fortran_order, *fields.shape};
}

}  // namespace lentil::formats
