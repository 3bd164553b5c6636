// Numbers as text, to the same letters on every machine.
#pragma once
#include <cstdint>
#include <string>

namespace lentil::plot {

// `value` with so many digits behind the point: "-0.25", never "-0.00". Of any finite number; large ones and
// small ones get an exponent ("1.5e12").
std::string decimal(double value, std::uint32_t digits);

// units * 10^exponent, exactly: (25, -2) is "0.25", (3, 7) "3e7".
std::string scaled_decimal(std::int64_t units, int exponent);

// Without zeros at its end, for coordinates in files: tenths, "12.5", "3".
std::string coordinate(double value);

}  // namespace lentil::plot
