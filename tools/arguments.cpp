#include "tools/arguments.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <type_traits>

#include "tools/output.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

constexpr std::size_t kNameColumns = 36, kHelpColumns = 60;

// The first long one of "-o,--output,--save".
std::string main_name(const std::string& names) {
  const std::string from = names.substr(names.find("--"));
  return from.substr(0, from.find(','));
}

template <class T>
T parse_number(const std::string& name, const std::string& text, Range<T> range) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  // Also false for NaN.
  if (whole && value >= range.least && value <= range.most) return value;
  const char* kind = std::is_integral_v<T> ? "a whole number" : "a number";
  reject(fmt::format("{} takes {} from {} to {}, not '{}'", name, kind, range.least, range.most, text));
}

}  // namespace

struct Arguments::Parser {
  explicit Parser(const Command& c) : command(c), app(description(c), fmt::format("lentil {}", c.name)) {
    app.set_help_flag("-h,--help", "show this help");
    app.allow_extras();
    app.get_formatter()->column_width(kNameColumns);
  }

  static std::string description(const Command& c) {
    return fmt::format("lentil {}: {}\n\nExamples:\n{}", c.name, c.summary, c.examples);
  }

  // The last one counts if an option is given twice.
  void add(const std::string& names, const std::string& value, const std::string& help,
           const std::function<void(const std::string&)>& take) {
    app.add_option_function<std::string>(names, take, wrap(help, kHelpColumns))
        ->type_name(value)
        ->take_last();
  }

  void check_leftovers() const {
    const std::string hint = fmt::format("\nSee: lentil {} --help", command.name);
    std::vector<std::string> extras = app.remaining();
    std::erase(extras, "--");  // the mark that ends the options: CLI11 hands it out as a leftover
    if (!extras.empty() && extras[0].starts_with("-")) {
      const std::string name = extras[0].substr(0, extras[0].find('='));
      reject("unknown option '" + name + "'" + did_you_mean(name, names()) + hint);
    }
    if (!extras.empty()) reject("'" + extras[0] + "' is one word too many" + hint);
    for (const std::string& name : needed) {
      if (app.count(name) == 0) reject(name + " is missing" + hint);
    }
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) all.push_back("--" + name);
    }
    return all;
  }

  const Command& command;
  CLI::App app;
  std::vector<std::string> needed;  // operands
};

Arguments::Arguments(const Command& command) : parser_(std::make_unique<Parser>(command)) {}
Arguments::~Arguments() = default;

void Arguments::flag(const std::string& names, bool& target, const std::string& help) {
  parser_->app.add_flag(names, target, wrap(help, kHelpColumns));
}

void Arguments::text(const std::string& names, const std::string& value, std::string& target,
                     const std::string& help) {
  const std::string shown = target.empty() ? help : fmt::format("{} [{}]", help, target);
  parser_->add(names, value, shown, [&target](const std::string& given) { target = given; });
}

void Arguments::choice(const std::string& names, std::string& target, const std::vector<std::string>& words,
                       const std::string& help) {
  const std::string name = main_name(names);
  parser_->add(names, join(words, "|"), fmt::format("{} [{}]", help, target),
               [&target, name, words](const std::string& given) {
                 if (std::find(words.begin(), words.end(), given) == words.end()) {
                   reject(fmt::format("{} takes {}, not '{}'", name, join(words, ", "), given));
                 }
                 target = given;
               });
}

void Arguments::number(const std::string& names, std::uint32_t& target, Range<std::uint32_t> range,
                       const std::string& help) {
  const std::string name = main_name(names);
  parser_->add(
      names, "N", fmt::format("{} [{}]", help, target),
      [&target, name, range](const std::string& given) { target = parse_number(name, given, range); });
}

void Arguments::number(const std::string& names, std::uint64_t& target, Range<std::uint64_t> range,
                       const std::string& help) {
  const std::string name = main_name(names);
  parser_->add(
      names, "N", fmt::format("{} [{}]", help, target),
      [&target, name, range](const std::string& given) { target = parse_number(name, given, range); });
}

void Arguments::number(const std::string& names, float& target, Range<float> range, const std::string& help) {
  const std::string name = main_name(names);
  parser_->add(
      names, "X", fmt::format("{} [{}]", help, target),
      [&target, name, range](const std::string& given) { target = parse_number(name, given, range); });
}

void Arguments::number_or(const std::string& word, const std::string& names, std::uint32_t& target,
                          Range<std::uint32_t> range, const std::string& help) {
  const std::string name = main_name(names);
  parser_->add(names, "N|" + word, fmt::format("{} [{}]", help, target == 0 ? word : std::to_string(target)),
               [&target, name, range, word](const std::string& given) {
                 target = given == word ? 0 : parse_number(name, given, range);
               });
}

void Arguments::numbers(const std::string& names, std::vector<std::uint32_t>& target,
                        Range<std::uint32_t> range, const std::string& help) {
  const std::string name = main_name(names);
  parser_->add(names, "N,N,...", fmt::format("{} [{}]", help, fmt::join(target, ",")),
               [&target, name, range](const std::string& given) {
                 target.clear();
                 for (const std::string& word : split(given, ','))
                   target.push_back(parse_number(name, word, range));
                 if (target.empty())
                   reject(fmt::format("{} takes numbers such as 1,8, not '{}'", name, given));
               });
}

void Arguments::operand(const std::string& name, std::string& target, const std::string& help) {
  optional_operand(name, target, help);
  parser_->needed.push_back(name);
}

void Arguments::operands(const std::string& name, std::vector<std::string>& target, const std::string& help) {
  parser_->app.add_option(name, target, wrap(help, kHelpColumns))->type_name("");
  parser_->needed.push_back(name);
}

void Arguments::optional_operand(const std::string& name, std::string& target, const std::string& help) {
  parser_->add(name, "", help, [&target](const std::string& given) { target = given; });
}

bool Arguments::parse(std::span<const std::string> words) {
  try {
    parser_->app.parse(
        std::vector<std::string>(words.rbegin(), words.rend()));  // it takes them from the back
  } catch (const CLI::CallForHelp&) {
    const std::string help = parser_->app.help();
    print_result(help.substr(0, help.find_last_not_of('\n') + 1));
    return false;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();  // "--epochs: 1 required N missing"
    reject(fmt::format("{} needs a value\nSee: lentil {} --help", text.substr(0, text.find(':')),
                       parser_->command.name));
  } catch (const CLI::ParseError& error) {
    reject(fmt::format("{}\nSee: lentil {} --help", error.what(), parser_->command.name));
  }
  parser_->check_leftovers();
  return true;
}

bool Arguments::given(const std::string& name) const { return parser_->app.count(name) > 0; }

}  // namespace lentil::tools
