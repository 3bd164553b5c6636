#include "formats/host/tensor_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string_view>

namespace lentil::formats {
namespace {

// PyTorch's settings, the names included (torch/_tensor_str.py).
constexpr std::int64_t kThreshold = 1000;
constexpr std::int64_t kEdgeItems = 3;
constexpr std::size_t kLineWidth = 80;
constexpr std::string_view kPrefix = "tensor(";

std::string printed(const char* format, double value) {
  if (std::isnan(value)) return "nan";  // C may print its sign
  std::array<char, 400> text{};         // a double has up to 309 digits
  const int length = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

// How all elements of one tensor are printed, decided by those that will be seen.
template <class T>
class Formatter {
 public:
  void see(T value) { width_ = std::max(width_, plain(value).size()); }
  void decide() {}
  void measure(T) {}
  std::size_t width() const { return width_; }
  std::string format(T value) const {
    std::string text = plain(value);
    return text.insert(0, width_ - text.size(), ' ');
  }

 private:
  static std::string plain(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value ? "True" : "False";
    } else {
      return std::to_string(value);
    }
  }

  std::size_t width_ = 1;
};

// Zeros, infinities and NaNs have no say.
template <std::floating_point T>
class Formatter<T> {
 public:
  void see(T value) {
    if (!counts(value)) return;
    const double magnitude = std::abs(double{value});
    least_ = std::min(least_, magnitude);
    most_ = std::max(most_, magnitude);
    whole_ = whole_ && value == std::ceil(value);
  }
  void decide() {
    const bool none = most_ == 0;
    scientific_ = !none && (most_ / least_ > 1000.0 || most_ > 1.0e8 || (!whole_ && least_ < 1.0e-4));
  }
  void measure(T value) {
    if (counts(value)) width_ = std::max(width_, text_of(value).size());
  }
  std::size_t width() const { return width_; }
  std::string format(T value) const {
    std::string text = text_of(value);
    return text.insert(0, width_ - std::min(width_, text.size()), ' ');
  }

 private:
  static bool counts(T value) { return std::isfinite(value) && value != 0; }
  std::string text_of(T value) const {
    if (scientific_) return printed("%.4e", value);
    if (!whole_) return printed("%.4f", value);
    return printed("%.0f", value) + (std::isfinite(value) ? "." : "");
  }

  double least_ = std::numeric_limits<double>::infinity(), most_ = 0;
  bool whole_ = true, scientific_ = false;
  std::size_t width_ = 1;
};

template <class T>
class Printer {
 public:
  Printer(const TensorView<const T>& t) : summarize_(t.count() > kThreshold) {
    for_each_seen(t, [&](T value) { formatter_.see(value); });
    formatter_.decide();
    for_each_seen(t, [&](T value) { formatter_.measure(value); });
  }

  std::string text(const TensorView<const T>& t, std::size_t indent) const {
    if (t.rank() == 0) return formatter_.format(t.item());
    if (t.rank() == 1) return vector_text(t, indent);
    std::string separator = ",";
    separator.append(t.rank() - 1, '\n').append(indent + 1, ' ');
    std::string result = "[";
    for_each_place(t, [&](std::int64_t i) {
      if (i > 0) result += separator;
      if (i == skipped_from(t)) result += "..." + separator;
      result += text(t[i], indent + 1);
    });
    return result + "]";
  }

 private:
  // Where "..." stands for what is left out; -1: nowhere.
  std::int64_t skipped_from(const TensorView<const T>& t) const {
    return summarize_ && t.size(0) > 2 * kEdgeItems ? t.size(0) - kEdgeItems : -1;
  }

  // The indices of the first dimension that are shown.
  template <class Visit>
  void for_each_place(const TensorView<const T>& t, Visit visit) const {
    const std::int64_t resume = skipped_from(t);
    for (std::int64_t i = 0; i < t.size(0); ++i) {
      if (i == kEdgeItems && resume > 0) i = resume;
      visit(i);
    }
  }

  template <class Visit>
  void for_each_seen(const TensorView<const T>& t, Visit visit) const {
    if (t.rank() == 0) return visit(t.item());
    for_each_place(t, [&](std::int64_t i) { for_each_seen(t[i], visit); });
  }

  std::string vector_text(const TensorView<const T>& t, std::size_t indent) const {
    const std::size_t room = kLineWidth - std::min(kLineWidth, indent);
    const std::size_t per_line = std::max<std::size_t>(1, room / (formatter_.width() + 2));
    std::string result = "[";
    std::size_t items = 0;
    const auto add = [&](const std::string& item) {
      if (items > 0) result += items % per_line == 0 ? ",\n" + std::string(indent + 1, ' ') : ", ";
      result += item;
      ++items;
    };
    for_each_place(t, [&](std::int64_t i) {
      if (i == skipped_from(t)) add(" ...");
      add(formatter_.format(t[i].item()));
    });
    return result + "]";
  }

  bool summarize_;
  Formatter<T> formatter_;
};

template <class T>
constexpr std::string_view kTypeName = "torch.float32";
template <>
constexpr std::string_view kTypeName<double> = "torch.float64";
template <>
constexpr std::string_view kTypeName<bool> = "torch.bool";
template <>
constexpr std::string_view kTypeName<std::uint8_t> = "torch.uint8";
template <>
constexpr std::string_view kTypeName<std::int32_t> = "torch.int32";
template <>
constexpr std::string_view kTypeName<std::int64_t> = "torch.int64";

// Whether a list of such values says the type by itself; an empty one says float.
template <class T>
bool obvious_type(bool empty) {
  if (std::is_same_v<T, float>) return true;
  return !empty && (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t>);
}

std::string sizes_text(std::span<const std::int64_t> sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + ")";
}

}  // namespace

template <class T>
std::string tensor_text(const TensorView<const T>& t) {
  const bool empty = t.count() == 0;
  std::string text(kPrefix);
  text += empty ? "[]" : Printer<T>(t).text(t, kPrefix.size());
  // PyTorch counts two characters more than there are.
  std::size_t last_line = text.size() - (text.rfind('\n') + 1) + 2;
  const auto add = [&](const std::string& suffix) {
    const bool fits = last_line + suffix.size() + 2 <= kLineWidth;
    text += (fits ? ", " : ",\n" + std::string(kPrefix.size(), ' ')) + suffix;
    last_line = fits ? last_line + suffix.size() + 2 : kPrefix.size() + suffix.size();
  };
  if (empty && t.rank() != 1) add("size=" + sizes_text(t.sizes()));
  if (!obvious_type<T>(empty)) add("dtype=" + std::string(kTypeName<T>));
  return text + ")";
}

template std::string tensor_text(const TensorView<const float>&);
template std::string tensor_text(const TensorView<const double>&);
template std::string tensor_text(const TensorView<const bool>&);
template std::string tensor_text(const TensorView<const std::uint8_t>&);
template std::string tensor_text(const TensorView<const std::int32_t>&);
template std::string tensor_text(const TensorView<const std::int64_t>&);

}  // namespace lentil::formats
