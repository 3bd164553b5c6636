#include "tools/plot/decimal.h"

#include <cmath>

namespace lentil::plot {
namespace {

constexpr double kMost = 1e15;  // beyond it neighbours of a double are too far apart for digits to mean much

// With the point so many digits from the right.
std::string pointed(std::int64_t units, std::uint32_t digits) {
  std::string text = std::to_string(units < 0 ? -units : units);
  if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
  if (digits > 0) text.insert(text.size() - digits, ".");
  return units < 0 ? "-" + text : text;
}

// Half away from zero.
std::int64_t rounded(double value) {
  return static_cast<std::int64_t>(value < 0 ? std::ceil(value - 0.5) : std::floor(value + 0.5));
}

double power_of_ten(std::uint32_t exponent) {
  double power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

std::string with_exponent(double value, std::uint32_t digits) {
  int exponent = 0;
  for (; std::fabs(value) >= 10; ++exponent) value /= 10;
  for (; std::fabs(value) < 1; --exponent) value *= 10;
  return pointed(rounded(value * power_of_ten(digits)), digits) + "e" + std::to_string(exponent);
}

}  // namespace

std::string decimal(double value, std::uint32_t digits) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  const double scaled = value * power_of_ten(digits);
  const bool too_large = std::fabs(scaled) >= kMost, too_small = value != 0 && std::fabs(scaled) < 1;
  return too_large || too_small ? with_exponent(value, digits < 2 ? digits : 2)
                                : pointed(rounded(scaled), digits);
}

std::string scaled_decimal(std::int64_t units, int exponent) {
  if (units == 0) return "0";
  for (; units % 10 == 0; ++exponent) units /= 10;
  const int length = static_cast<int>(std::to_string(units < 0 ? -units : units).size());
  if (exponent < -6 || exponent + length > 6) return std::to_string(units) + "e" + std::to_string(exponent);
  if (exponent < 0) return pointed(units, static_cast<std::uint32_t>(-exponent));
  return std::to_string(units) + std::string(static_cast<std::size_t>(exponent), '0');
}

std::string coordinate(double value) {
  const std::int64_t tenths = rounded(value * 10);
  return tenths % 10 == 0 ? std::to_string(tenths / 10) : pointed(tenths, 1);
}

}  // namespace lentil::plot
