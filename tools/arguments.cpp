#include "tools/arguments.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <type_traits>

#include "tools/output.h"
#include "tools/settings.h"
#include "tools/stop.h"
#include "tools/terminal.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

// What some editors make of hyphens.
constexpr const char *kEnDash = "\u2013", *kEmDash = "\u2014";
constexpr std::size_t kNameColumns = 36, kHelpColumns = 60;

template <class T>
T parse_number(const std::string& name, const std::string& text, Range<T> range) {
  const auto value = number_in<T>(text);
  // Also false for NaN.
  if (value && *value >= range.least && *value <= range.most) return *value;
  const char* kind = std::is_integral_v<T> ? "a whole number" : "a number";
  const char* hint = text.find(',') == std::string::npos ? "" : "; decimals stand behind a point: 0.5";
  reject(
      fmt::format("{} takes {} from {} to {}, not '{}'{}", name, kind, range.least, range.most, text, hint));
}

bool parse_switch(const std::string& name, const std::string& text) {
  constexpr std::array<std::string_view, 4> kOn{"true", "1", "yes", "on"}, kOff{"false", "0", "no", "off"};
  if (std::find(kOn.begin(), kOn.end(), text) != kOn.end()) return true;
  if (std::find(kOff.begin(), kOff.end(), text) != kOff.end()) return false;
  reject(fmt::format("{} is true or false, not '{}'", name, text));
}

void check_word(const std::string& name, const std::string& given, const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), given) != words.end()) return;
  reject(fmt::format("{} takes {}, not '{}'{}", name, join(words, ", "), given, did_you_mean(given, words)));
}

Color color_of(const std::string& word) {
  return word == "always" ? Color::always : word == "never" ? Color::never : Color::automatic;
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

  // The last one counts if an option is given twice. A flag needs no value but may have one: --quiet=false.
  void add(Option option) {
    const std::string names = join(option.names, ","), help = wrap(option.full_help(), kHelpColumns);
    if (option.is_flag()) {
      app.add_flag(names, help)->take_last();
    } else {
      CLI::Option* added = app.add_option(names, help)->type_name(option.value);
      option.several ? added->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args()
                     : added->take_last();
    }
    options.push_back(std::move(option));
  }

  void take_words() {
    for (const Option& option : options) {
      const CLI::Option& given = *app.get_option(option.main_name());
      if (given.count() == 0) continue;
      const std::vector<std::string> results = given.results();
      for (const std::string& result : option.several ? std::span(results) : std::span(results).last(1))
        option.take(result);
    }
  }

  void take_settings() {
    const Settings settings = Settings::load();
    for (const Option& option : options) {
      if (app.count(option.main_name()) == 0) settings.apply(command, option);
    }
  }

  // Whoever writes --epochs --lr 1 has forgotten a number.
  void check_values() const {
    std::vector<std::string> all{"-h", "--help"};
    for (const Option& option : options) all.insert(all.end(), option.names.begin(), option.names.end());
    for (const Option& option : options) {
      if (option.is_flag() || option.is_operand() || app.count(option.main_name()) == 0) continue;
      const std::string value = app.get_option(option.main_name())->results().back();
      if (std::find(all.begin(), all.end(), value) != all.end())
        reject(fmt::format("{} needs a value, and {} is another option{}", option.main_name(), value,
                           see_help()));
    }
  }

  void check_leftovers() const {
    std::vector<std::string> extras = app.remaining();
    std::erase(extras, "--");  // the mark that ends the options: CLI11 hands it out as a leftover
    if (!extras.empty() && (extras[0].starts_with(kEnDash) || extras[0].starts_with(kEmDash)))
      reject(fmt::format("'{}' begins with a dash; options begin with two hyphens: --", extras[0]) +
             see_help());
    if (!extras.empty() && extras[0].starts_with("-") && extras[0] != "-") {
      const std::string name = extras[0].substr(0, extras[0].find('='));
      reject("unknown option '" + name + "'" + did_you_mean(name, names()) + see_help());
    }
    if (!extras.empty()) {
      reject(fmt::format("'{}' is one word too many; lentil {} takes {}{}", extras[0], command.name,
                         operands_text(), see_help()));
    }
    for (const std::string& name : needed) {
      if (app.count(name) == 0) reject(name + " is missing" + see_help());
    }
  }

  std::string operands_text() const {
    std::vector<std::string> operands;
    for (const Option& option : options) {
      if (option.is_operand()) operands.push_back(option.names[0]);
    }
    return operands.empty() ? "options alone" : join(operands, " ") + " and options";
  }

  std::string see_help() const { return fmt::format("\nSee: lentil {} --help", command.name); }

  std::vector<std::string> names() const {
    std::vector<std::string> all{"--help"};
    for (const Option& option : options) {
      std::copy_if(option.names.begin(), option.names.end(), std::back_inserter(all),
                   [](const std::string& name) { return name.starts_with("--"); });
    }
    return all;
  }

  const Command& command;
  CLI::App app;
  std::vector<Option> options;
  std::vector<std::string> needed;  // operands
  std::string color = "auto";
};

Arguments::Arguments(const Command& command) : parser_(std::make_unique<Parser>(command)) {}
Arguments::~Arguments() = default;
Arguments::Arguments(Arguments&& other) noexcept = default;

Arguments Arguments::of(const Command& command) {
  Arguments arguments(command);
  command.describe(arguments);
  arguments.declare_common();
  return arguments;
}

void Arguments::declare_common() {
  choice("--color", parser_->color, {"auto", "always", "never"},
         "colours; auto: on a terminal, unless NO_COLOR is set");
}

void Arguments::flag(const std::string& names, bool& target, const std::string& help) {
  Option option{split(names, ','), "", "false", help, {}};
  const std::string name = option.main_name();
  option.take = [&target, name](const std::string& given) { target = parse_switch(name, given); };
  parser_->add(std::move(option));
}

void Arguments::text(const std::string& names, const std::string& value, std::string& target,
                     const std::string& help) {
  parser_->add(
      {split(names, ','), value, target, help, {}, [&target](const std::string& given) { target = given; }});
}

void Arguments::choice(const std::string& names, std::string& target, const std::vector<std::string>& words,
                       const std::string& help) {
  Option option{split(names, ','), join(words, "|"), target, help, words};
  const std::string name = option.main_name();
  option.take = [&target, name, words](const std::string& given) {
    check_word(name, given, words);
    target = given;
  };
  parser_->add(std::move(option));
}

template <class T>
void Arguments::add_number(const std::string& names, const std::string& value, T& target, Range<T> range,
                           const std::string& help) {
  Option option{split(names, ','), value, fmt::format("{}", target), help, {}};
  const std::string name = option.main_name();
  option.take = [&target, name, range](const std::string& given) {
    target = parse_number(name, given, range);
  };
  parser_->add(std::move(option));
}

void Arguments::number(const std::string& names, std::uint32_t& target, Range<std::uint32_t> range,
                       const std::string& help) {
  add_number(names, "N", target, range, help);
}

void Arguments::number(const std::string& names, std::uint64_t& target, Range<std::uint64_t> range,
                       const std::string& help) {
  add_number(names, "N", target, range, help);
}

void Arguments::number(const std::string& names, float& target, Range<float> range, const std::string& help) {
  add_number(names, "X", target, range, help);
}

void Arguments::number_or(const std::string& word, const std::string& names, std::uint32_t& target,
                          Range<std::uint32_t> range, const std::string& help) {
  Option option{split(names, ','), "N|" + word, target == 0 ? word : std::to_string(target), help, {}};
  const std::string name = option.main_name();
  option.take = [&target, name, range, word](const std::string& given) {
    target = given == word ? 0 : parse_number(name, given, range);
  };
  parser_->add(std::move(option));
}

void Arguments::numbers(const std::string& names, std::vector<std::uint32_t>& target,
                        Range<std::uint32_t> range, const std::string& help) {
  Option option{split(names, ','), "N,N,...", fmt::format("{}", fmt::join(target, ",")), help, {}};
  const std::string name = option.main_name();
  option.take = [&target, name, range](const std::string& given) {
    target.clear();
    for (const std::string& word : split(given, ',')) target.push_back(parse_number(name, word, range));
    if (target.empty()) reject(fmt::format("{} takes numbers such as 1,8, not '{}'", name, given));
  };
  parser_->add(std::move(option));
}

void Arguments::operand(const std::string& name, std::string& target, const std::string& help,
                        const std::vector<std::string>& words) {
  parser_->add({{name}, "", "", help, words, [&target, name, words](const std::string& given) {
                  if (!words.empty()) check_word(name, given, words);
                  target = given;
                }});
  parser_->needed.push_back(name);
}

void Arguments::operands(const std::string& name, std::vector<std::string>& target, const std::string& help) {
  parser_->add(
      {{name}, "", "", help, {}, [&target](const std::string& given) { target.push_back(given); }, true});
  parser_->needed.push_back(name);
}

void Arguments::optional_operand(const std::string& name, std::string& target, const std::string& help) {
  parser_->add({{name}, "", "", help, {}, [&target](const std::string& given) { target = given; }});
}

bool Arguments::parse(std::span<const std::string> words, Sources sources) {
  Parser& p = *parser_;
  declare_common();
  try {
    p.app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // it takes them from the back
  } catch (const CLI::CallForHelp&) {
    for (const std::string& name : p.needed) p.app.get_option(name)->required();  // FILE, not [FILE]
    const std::string help = p.app.help();
    print_result(help.substr(0, help.find_last_not_of('\n') + 1));
    return false;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();  // "--epochs: 1 required N missing"
    reject(text.substr(0, text.find(':')) + " needs a value" + p.see_help());
  } catch (const CLI::ParseError& error) {
    reject(error.what() + p.see_help());
  }
  p.check_values();
  p.check_leftovers();
  p.take_words();
  if (sources == Sources::all) p.take_settings();
  choose_color(color_of(p.color));
  return true;
}

bool Arguments::given(const std::string& name) const { return parser_->app.count(name) > 0; }

std::span<const Option> Arguments::options() const { return parser_->options; }

}  // namespace lentil::tools
