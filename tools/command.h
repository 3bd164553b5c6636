// What a command is. Each has a file of its own and a row in the table of main.cpp.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace lentil::tools {

struct Command {
  std::string_view name;
  std::string_view summary;   // one line
  std::string_view examples;  // lines as one would type them
  // `words` are those after the command's name. Returns the exit code or throws Stop.
  int (*run)(const Command& command, std::span<const std::string> words);
};

extern const Command kTrainCommand, kFinetuneCommand, kEvalCommand, kInspectCommand, kBenchCommand,
    kDoctorCommand;

}  // namespace lentil::tools
