// What the environment and the configuration files say about options. The first of these that says something
// counts: LENTIL_<COMMAND>_<OPTION>, LENTIL_<OPTION>, ./lentil.toml, config.toml of the user; in a file the
// command's section before what stands above all sections.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tools/command.h"
#include "tools/config_text.h"
#include "tools/option.h"

namespace lentil::tools {

struct Setting {
  std::string value, origin;  // origin: "LENTIL_LR" or "lentil.toml:3"
};

struct ConfigFile {
  std::string path;
  bool exists = false;
  std::vector<ConfigEntry> entries{};
};

class Settings {
 public:
  // Reads the files. Stops for what cannot be read, and for names that no command knows.
  static Settings load();

  // Finds what is said about a command's option and lets the option take it; a value that it cannot take
  // stops with the origin in the message.
  std::optional<Setting> apply(const Command& command, const Option& option) const;

  const std::vector<ConfigFile>& files() const { return files_; }  // that were looked for

 private:
  std::optional<Setting> find(const Command& command, const Option& option) const;

  std::vector<ConfigFile> files_;
};

// Of a command in a configuration file: "train", "data.check".
std::string section_name(const Command& command);

// LENTIL_LR for lr; with a command LENTIL_TRAIN_LR, or LENTIL_DATA_SHOW_COUNT.
std::string variable_name(std::string_view command, std::string_view name);

}  // namespace lentil::tools
