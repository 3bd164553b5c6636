// lentil config: which value each option has where one is, and who says so.
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/output.h"
#include "tools/parts.h"
#include "tools/settings.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

struct ConfigOptions {
  std::string command, word;
  bool json = false;
};

void declare(Arguments& a, ConfigOptions& o) {
  a.optional_operand("COMMAND", o.command, "whose options to show; without it: those of all commands");
  a.optional_operand("WORD", o.word, "a part of the command, such as show of data");
  a.flag("--json", o.json, "print everything as one line of JSON");
}

struct Value {
  std::string name, value, origin;
};

std::vector<Value> values_of(const Command& command, const Settings& settings) {
  const Arguments arguments = Arguments::of(command);
  std::vector<Value> values;
  for (const Option& option : arguments.options()) {
    if (!configurable(option)) continue;
    const auto setting = settings.apply(command, option);
    values.push_back({option.main_name().substr(2), setting ? setting->value : option.initial,
                      setting ? setting->origin : "default"});
  }
  return values;
}

// A section of a file that sets what is set now.
std::string section_text(const Command& command, const Settings& settings) {
  std::string text = fmt::format("\n[{}]\n", section_name(command));
  for (const Value& v : values_of(command, settings))
    text += fmt::format("{:<32}# {}\n", v.name + " = " + config_value(v.value), v.origin);
  return text;
}

std::string files_text(const Settings& settings) {
  std::string text = "# The first of these that says something counts: command line, environment,\n";
  if (settings.files().empty()) text += "#   (no file: LENTIL_CONFIG=none)\n";
  for (const ConfigFile& file : settings.files())
    text += fmt::format("#   {}{}\n", file.path, file.exists ? "" : " (not there)");
  return text + "# default.\n";
}

nlohmann::ordered_json to_json(const std::vector<const Command*>& shown, const Settings& settings) {
  nlohmann::ordered_json json{{"files", nlohmann::ordered_json::array()}};
  for (const ConfigFile& file : settings.files())
    json["files"].push_back({{"path", file.path}, {"exists", file.exists}});
  for (const Command* command : shown) {
    for (const Value& v : values_of(*command, settings))
      json["commands"][section_name(*command)][v.name] = {{"value", v.value}, {"origin", v.origin}};
  }
  return json;
}

int run(const Command& command, std::span<const std::string> words) {
  ConfigOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  const std::vector<const Command*> shown = options.command.empty()
                                                ? commands_with_options()
                                                : need_parts(need_command(options.command), options.word);
  const Settings settings = Settings::load();
  if (options.json) {
    print_json(to_json(shown, settings));
    return 0;
  }
  std::string text = files_text(settings);
  for (const Command* each : shown) text += section_text(*each, settings);
  text.pop_back();
  print_result(text);
  return 0;
}

}  // namespace

const Command kConfigCommand{"config", "shows the value of each option, and where it comes from",
                             "  lentil config train\n"
                             "  LENTIL_THREADS=2 lentil config eval\n"
                             "  lentil config train > lentil.toml         a file to start from\n",
                             run, describe<ConfigOptions, declare>};

}  // namespace lentil::tools
