#include "runtime/slice_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace lentil {
namespace {

// Without substr(), whose check would throw.
std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Cuts off and returns what stands before the separator, or everything.
std::string_view take_until(char separator, std::string_view& text) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken(text.data(), end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(taken);
}

bool parse_number(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::optional<Slice> parse_range(std::string_view text) {
  Range range;
  for (std::int64_t* const number : {&range.first, &range.last, &range.step}) {
    const std::string_view part = take_until(':', text);
    if (!part.empty() && !parse_number(part, *number)) return std::nullopt;
  }
  if (!text.empty() || range.step < 1) return std::nullopt;
  return range;
}

std::optional<Slice> parse_slice(std::string_view text) {
  if (text == "...") return kEllipsis;
  if (text.find(':') != std::string_view::npos) return parse_range(text);
  std::int64_t index = 0;
  if (!parse_number(text, index)) return std::nullopt;
  return index;
}

}  // namespace

Result<SliceList> parse_slices(std::string_view text) {
  SliceList list;
  bool more = true;
  while (more) {
    more = text.find(',') != std::string_view::npos;
    const auto slice = parse_slice(take_until(',', text));
    if (!slice) return Error{Status::bad_slice, static_cast<std::uint32_t>(list.count)};
    if (list.count == list.slices.size()) {
      return Error{Status::too_many_indices, 0, kMaxRank, list.count + 1};
    }
    list.slices[list.count++] = *slice;
  }
  return list;
}

}  // namespace lentil
