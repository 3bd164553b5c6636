#include "formats/host/csv_lines.h"

#include <algorithm>

namespace lentil::formats {

CsvLines::CsvLines(std::string_view text) : rest_(text) {
  if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
}

CsvLines::Next CsvLines::next(std::vector<std::string>& cells) {
  skip_blanks();
  while (!rest_.empty() && at_line_end()) {
    if (rest_[0] == '\n') ++ended_;
    rest_.remove_prefix(1);
    skip_blanks();
  }
  line_ = ended_ + 1;
  if (rest_.empty()) return Next::end;
  std::size_t count = 0;
  while (true) {
    if (count == cells.size()) cells.emplace_back();
    std::string& cell = cells[count++];
    cell.clear();
    skip_blanks();
    if (rest_.starts_with("\"")) {
      if (!read_quoted(cell)) return Next::bad_quotes;
    } else {
      read_plain(cell);
    }
    if (at_line_end()) break;
    rest_.remove_prefix(1);  // the comma
  }
  cells.resize(count);
  return Next::line;
}

void CsvLines::skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

void CsvLines::read_plain(std::string& cell) {
  const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
  cell = rest_.substr(0, end);
  cell.erase(cell.find_last_not_of(" \t") + 1);
  rest_.remove_prefix(end);
}

// Two quotes inside a quotation are one; true if it ends, and its cell with it.
bool CsvLines::read_quoted(std::string& cell) {
  rest_.remove_prefix(1);
  while (true) {
    const std::size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) return false;
    const std::string_view part = rest_.substr(0, quote);
    ended_ += static_cast<std::size_t>(std::ranges::count(part, '\n'));
    cell += part;
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with("\"")) break;
    cell += '"';
    rest_.remove_prefix(1);
  }
  skip_blanks();
  return at_line_end() || rest_[0] == ',';
}

}  // namespace lentil::formats
