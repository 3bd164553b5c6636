// Text taken apart into lines of cells, as RFC 4180 writes them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lentil::formats {

class CsvLines {
 public:
  enum class Next { line, end, bad_quotes };

  // The text must outlive this. A byte order mark at its front is skipped.
  explicit CsvLines(std::string_view text);

  // The cells of the next line that is not empty, without quotes and without blanks around them. The strings
  // that `cells` holds are used again, so that a file of a million cells does not allocate a million times.
  Next next(std::vector<std::string>& cells);

  std::size_t line() const { return line_; }  // of the last call, from 1

 private:
  bool read_quoted(std::string& cell);
  void read_plain(std::string& cell);
  void skip_blanks();
  bool at_line_end() const { return rest_.empty() || rest_[0] == '\n' || rest_[0] == '\r'; }

  std::string_view rest_;
  std::size_t line_ = 0, ended_ = 0;  // lines that are behind
};

}  // namespace lentil::formats
