// Small help with words.
#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lentil::tools {

std::string grouped(std::uint64_t number);                            // "21,840"
std::string counted(std::uint64_t number, const std::string& thing);  // "1 epoch", "2 epochs"
std::string join(std::span<const std::string> words, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);  // empty words are dropped

// The number that the whole text is.
template <class T>
std::optional<T> number_in(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Lines of at most so many columns, if words allow it.
std::string wrap(std::string_view text, std::size_t columns);

// " (did you mean 'X'?)" with the candidate that `word` is most likely a slip or the beginning of;
// empty if none is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

// A command line that a shell takes apart into the same words again.
std::string quote_words(std::span<const std::string> words);
// The reverse, for what quote_words wrote; nothing if a quotation does not end.
std::optional<std::vector<std::string>> split_words(std::string_view line);

// The text without what terminals take as orders: names in files are other people's.
std::string printable(std::string_view text);

}  // namespace lentil::tools
