// What a command is. Each has a file of its own and a row in the table of main.cpp.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lentil::tools {

class Arguments;

struct Command {
  std::string_view name;
  std::string_view summary;   // one line
  std::string_view examples;  // lines as one would type them, at least three
  // `words` are those after the command's name. Returns the exit code or throws Stop.
  int (*run)(const Command& command, std::span<const std::string> words);
  // Declares the options for those who only want to know them.
  void (*describe)(Arguments& arguments);
  // Commands of their own behind this one's name: "data check".
  std::span<const Command* const> parts{};
};

// `describe` of a command by its function Declare: the values go nowhere.
template <class Options, void (*Declare)(Arguments&, Options&)>
void describe(Arguments& arguments) {
  static Options options;
  options = {};
  Declare(arguments, options);
}

// The table.
std::span<const Command* const> commands();
const Command* find_command(std::string_view name);    // nullptr: there is none
const Command& need_command(const std::string& name);  // stops if there is none, and names the nearest
std::vector<std::string> command_names();

extern const Command kTrainCommand, kFinetuneCommand, kEvalCommand, kPredictCommand, kDataCommand,
    kConvertCommand, kVerifyCommand, kExportCommand, kNewCommand, kDiffCommand, kInspectCommand, kShowCommand,
    kBenchCommand, kDoctorCommand, kConfigCommand, kCompletionCommand, kHelpCommand;

}  // namespace lentil::tools
