#include "tools/settings.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>

#include "formats/host/file_io.h"
#include "tools/arguments.h"
#include "tools/parts.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

constexpr std::size_t kMostBytes = 1 << 16;            // of a configuration file
constexpr std::string_view kTestData = "LENTIL_DATA";  // where the project's tests find data: no option's

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

// The long names without their hyphens in front, hyphens inside.
std::vector<std::string> keys(const Option& option) {
  std::vector<std::string> all;
  for (const std::string& name : option.names) {
    if (name.starts_with("--")) all.push_back(name.substr(2));
  }
  return all;
}

// batch_size means batch-size.
std::string with_hyphens(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return key;
}

std::vector<std::string> config_paths() {
  const std::string chosen = variable("LENTIL_CONFIG");
  if (chosen == "none") return {};
  if (!chosen.empty()) return {chosen};
  std::vector<std::string> paths{"lentil.toml"};
  const std::string home = variable("HOME"), xdg = variable("XDG_CONFIG_HOME");
  if (xdg.starts_with("/")) {  // others do not count, says the standard
    paths.push_back(xdg + "/lentil/config.toml");
  } else if (!home.empty()) {
    paths.push_back(home + "/.config/lentil/config.toml");
  }
  return paths;
}

ConfigFile read_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {.path = path};
  const std::uintmax_t size = std::filesystem::file_size(path, ignored);
  if (!ignored && size > kMostBytes)
    reject(fmt::format("{}: {} bytes are too many for a configuration file; at most {}", path, size,
                       kMostBytes));
  const formats::AlignedBytes bytes = need(formats::read_file_aligned(path));
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  auto entries = read_config(text, path);
  if (!entries) reject(entries.error().message);
  return {.path = path, .exists = true, .entries = std::move(*entries)};
}

// The keys of one command, or of all if none is named.
struct KnownKeys {
  std::vector<std::string> configurable, command_line_only;
};

KnownKeys known_keys(const std::string& section) {
  KnownKeys known;
  for (const Command* command : commands_with_options()) {
    if (!section.empty() && section_name(*command) != section) continue;
    const Arguments arguments = Arguments::of(*command);
    for (const Option& option : arguments.options()) {
      auto& names = configurable(option) ? known.configurable : known.command_line_only;
      for (std::string& key : keys(option)) names.push_back(std::move(key));
    }
  }
  return known;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const Command* command : commands_with_options()) names.push_back(section_name(*command));
  return names;
}

void check_entry(const ConfigEntry& entry, const std::string& file) {
  const std::string where = fmt::format("{}:{}: ", file, entry.line);
  const std::vector<std::string> sections = section_names();
  if (!entry.section.empty() && !contains(sections, entry.section)) {
    reject(fmt::format("{}there is no section [{}]{}; sections are {}", where, entry.section,
                       did_you_mean(entry.section, sections), join(sections, ", ")));
  }
  if (entry.key.empty()) return;
  const KnownKeys known = known_keys(entry.section);
  const std::string key = with_hyphens(entry.key);
  if (contains(known.configurable, key)) return;
  if (contains(known.command_line_only, key))
    reject(fmt::format("{}--{} counts on the command line alone; remove it here", where, key));
  const std::string place = entry.section.empty() ? "" : fmt::format(" in [{}]", entry.section);
  std::string words = entry.section.empty() ? "" : " " + entry.section;
  std::replace(words.begin(), words.end(), '.', ' ');
  reject(fmt::format("{}unknown key '{}'{}{}\nSee: lentil config{}", where, entry.key, place,
                     did_you_mean(key, known.configurable), words));
}

const ConfigEntry* find_entry(const ConfigFile& file, std::string_view section, const std::string& key) {
  const auto found = std::find_if(file.entries.begin(), file.entries.end(), [&](const ConfigEntry& e) {
    return e.section == section && with_hyphens(e.key) == key;
  });
  return found == file.entries.end() ? nullptr : &*found;
}

}  // namespace

std::string section_name(const Command& command) { return name_with('.', command); }

std::string variable_name(std::string_view command, std::string_view name) {
  std::string all =
      command.empty() ? fmt::format("LENTIL_{}", name) : fmt::format("LENTIL_{}_{}", command, name);
  std::replace_if(
      all.begin(), all.end(), [](char c) { return c == '-' || c == ' '; }, '_');
  std::transform(all.begin(), all.end(), all.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return all;
}

Settings Settings::load() {
  Settings settings;
  for (const std::string& path : config_paths()) settings.files_.push_back(read_file(path));
  const std::string chosen = variable("LENTIL_CONFIG");
  if (!settings.files_.empty() && settings.files_[0].path == chosen && !settings.files_[0].exists)
    reject(fmt::format("LENTIL_CONFIG={}: there is no such file", chosen));
  for (const ConfigFile& file : settings.files_) {
    for (const ConfigEntry& entry : file.entries) check_entry(entry, file.path);
  }
  return settings;
}

std::optional<Setting> Settings::find(const Command& command, const Option& option) const {
  if (!configurable(option)) return std::nullopt;
  for (const std::string_view scope : {command.name, std::string_view{}}) {
    for (const std::string& key : keys(option)) {
      const std::string name = variable_name(scope, key);
      if (name != kTestData && !variable(name).empty()) return Setting{variable(name), name};
    }
  }
  for (const ConfigFile& file : files_) {
    for (const std::string& section : {section_name(command), std::string{}}) {
      for (const std::string& key : keys(option)) {
        const ConfigEntry* entry = find_entry(file, section, key);
        if (entry != nullptr) return Setting{entry->value, fmt::format("{}:{}", file.path, entry->line)};
      }
    }
  }
  return std::nullopt;
}

std::optional<Setting> Settings::apply(const Command& command, const Option& option) const {
  auto setting = find(command, option);
  if (!setting) return setting;
  try {
    option.take(setting->value);
  } catch (const Stop& stop) {
    throw Stop{stop.code, setting->origin + ": " + stop.message};
  }
  return setting;
}

}  // namespace lentil::tools
