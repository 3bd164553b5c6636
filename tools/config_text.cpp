#include "tools/config_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "tools/text.h"

namespace lentil::tools {
namespace {

bool is_key_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; }

bool is_number(std::string_view text) {
  double ignored = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ignored);
  return error == std::errc{} && end == text.data() + text.size() &&
         text.find_first_of("in") == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Takes a line apart from the left; what is wrong with it is told by `problem`.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(trimmed(line)) {}

  bool at_end() const { return rest_.empty() || rest_[0] == '#'; }

  bool skip(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_ = trimmed(rest_.substr(1));
    return true;
  }

  std::string key() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_key_char);
    std::string word(rest_.begin(), end);
    rest_ = trimmed(rest_.substr(word.size()));
    return word;
  }

  std::optional<std::string> value() {
    if (!skip('[')) return single();
    std::vector<std::string> items;
    while (!skip(']')) {
      const auto item = single();
      if (!item) return std::nullopt;
      items.push_back(*item);
      if (!skip(',') && !rest_.starts_with("]"))
        return wrong("a list has commas between its values and ends with ]");
    }
    return join(items, ",");
  }

  const std::string& problem() const { return problem_; }

 private:
  std::nullopt_t wrong(const std::string& problem) {
    problem_ = problem;
    return std::nullopt;
  }

  std::optional<std::string> single() {
    if (rest_.starts_with("\"\"\"") || rest_.starts_with("'''"))
      return wrong("a text is written in one line");
    if (rest_.starts_with("\"") || rest_.starts_with("'")) return quoted();
    std::string word(rest_.substr(0, rest_.find_first_of(" \t,]#")));
    rest_ = trimmed(rest_.substr(word.size()));
    if (word.empty()) return wrong("a value is missing");
    if (word == "true" || word == "false" || is_number(word)) return word;
    return wrong(fmt::format("texts need quotes: \"{}\"", word));
  }

  std::optional<std::string> quoted() {
    const char quote = rest_[0];
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == quote) {
        rest_ = trimmed(rest_.substr(i + 1));
        return text;
      }
      if (rest_[i] != '\\' || quote == '\'') {
        text += rest_[i];
        continue;
      }
      const char escaped = ++i < rest_.size() ? rest_[i] : ' ';
      if (escaped != '"' && escaped != '\\')
        return wrong(R"(in "..." a \ stands before " or \ alone; '...' takes everything as it is)");
      text += escaped;
    }
    return wrong(fmt::format("the text has no second {}", quote));
  }

  std::string_view rest_;
  std::string problem_;
};

// Nothing: no section. The name without brackets otherwise.
std::optional<std::string> section_name(LineReader& line) {
  if (!line.skip('[')) return std::nullopt;
  std::string name = line.key();
  while (line.skip('.')) name += "." + line.key();
  return line.skip(']') && line.at_end() ? name : "";
}

class ConfigReader {
 public:
  // What is wrong with the line; empty if nothing is.
  std::string read(std::string_view text, std::size_t number) {
    LineReader line(text);
    if (line.at_end()) return "";
    if (const auto name = section_name(line)) {
      section_ = *name;
      entries_.push_back({section_, "", "", number});
      return name->empty() ? "a section is a command's name in brackets, such as [train]" : "";
    }
    const std::string key = line.key();
    if (key.empty() || !line.skip('=')) return "expected name = value, such as threads = 2";
    const auto value = line.value();
    if (!value) return line.problem();
    if (!line.at_end()) return "only a # comment may follow the value";
    for (const ConfigEntry& e : entries_) {
      if (e.section == section_ && e.key == key)
        return fmt::format("'{}' is set in line {} already", key, e.line);
    }
    entries_.push_back({section_, key, *value, number});
    return "";
  }

  std::vector<ConfigEntry> take() { return std::move(entries_); }

 private:
  std::string section_;
  std::vector<ConfigEntry> entries_;
};

}  // namespace

formats::Outcome<std::vector<ConfigEntry>> read_config(std::string_view text, const std::string& file) {
  ConfigReader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string problem = reader.read(text.substr(0, end), number);
    if (!problem.empty()) return formats::Failure{fmt::format("{}:{}: {}", file, number, problem)};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.take();
}

std::string config_value(std::string_view value) {
  if (value == "true" || value == "false" || is_number(value)) return std::string(value);
  const std::vector<std::string> items = split(value, ',');
  if (items.size() > 1 && std::all_of(items.begin(), items.end(), is_number))
    return "[" + join(items, ", ") + "]";
  if (value.find_first_of("\"\\") != std::string_view::npos && value.find('\'') == std::string_view::npos)
    return fmt::format("'{}'", value);
  std::string text;
  for (const char c : value) text += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return "\"" + text + "\"";
}

}  // namespace lentil::tools
