// lentil COMMAND ...: finds the command in the table below, runs it, and turns its end into an exit code.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fmt/format.h>
#include <new>

#include "tools/command.h"
#include "tools/manual.h"
#include "tools/output.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

const std::array kCommands{&kTrainCommand, &kFinetuneCommand, &kEvalCommand,    &kPredictCommand,
                           &kDataCommand,  &kConvertCommand,  &kVerifyCommand,  &kExportCommand,
                           &kNewCommand,   &kDiffCommand,     &kInspectCommand, &kShowCommand,
                           &kBenchCommand, &kDoctorCommand,   &kConfigCommand,  &kCompletionCommand,
                           &kHelpCommand};

int run(std::span<const std::string> words) {
  if (words.empty()) {
    print_note(overview());
    return kWrongUsage;
  }
  if (words[0] == "--version" || words[0] == "-V") {
    print_result("lentil " LENTIL_VERSION);
    return 0;
  }
  if (words[0] == "--help" || words[0] == "-h") {
    print_result(overview());
    return 0;
  }
  const Command& command = need_command(words[0]);
  return command.run(command, words.subspan(1));
}

int guarded_run(int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
  } catch (const Stop& stop) {
    print_error(stop.message);
    return stop.code;
  } catch (const std::bad_alloc&) {
    print_error("not enough memory; a smaller --batch-size needs less");
    return kFailed;
  } catch (const std::exception& error) {
    print_error(error.what());
    return kFailed;
  }
}

}  // namespace

std::span<const Command* const> commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  const auto found =
      std::find_if(kCommands.begin(), kCommands.end(), [&](const Command* c) { return c->name == name; });
  return found == kCommands.end() ? nullptr : *found;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command* command : kCommands) names.emplace_back(command->name);
  return names;
}

const Command& need_command(const std::string& name) {
  if (const Command* command = find_command(name)) return *command;
  const std::vector<std::string> names = command_names();
  if (name.starts_with("-")) {
    reject(fmt::format("'{}' stands where a command is expected, such as lentil train {}\nSee: lentil --help",
                       name, name));
  }
  reject(fmt::format("unknown command '{}'{}\nCommands: {}. See: lentil --help", name,
                     did_you_mean(name, names), join(names, ", ")));
}

}  // namespace lentil::tools

int main(int argc, char** argv) {
  const int code = lentil::tools::guarded_run(argc, argv);
  // A full disk shows here at the latest.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    lentil::tools::print_error("cannot write the results to standard output");
    return lentil::tools::kFailed;
  }
  return code;
}
