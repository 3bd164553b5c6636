// A row of numbers as a row of characters.
#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace lentil::tools {

// One character for each mean of as many neighbours as need be for `columns` of them: the least becomes the
// lowest, the largest the highest. ASCII for terminals without UTF-8. Empty if there are no values.
std::string curve_text(std::span<const float> values, std::size_t columns, bool unicode);

}  // namespace lentil::tools
