#pragma once
#include <span>
#include <string_view>

namespace lentil::formats {

// The candidate that `word` is most likely a slip of; empty if none is near.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace lentil::formats
