// lentil COMMAND ...: finds the command in the table below, runs it, and turns its end into an exit code.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fmt/format.h>
#include <new>
#include <vector>

#include "tools/command.h"
#include "tools/output.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

const std::array kCommands{&kTrainCommand,   &kFinetuneCommand, &kEvalCommand,
                           &kInspectCommand, &kBenchCommand,    &kDoctorCommand};

const Command* find_command(const std::string& name) {
  const auto found =
      std::find_if(kCommands.begin(), kCommands.end(), [&](const Command* c) { return c->name == name; });
  return found == kCommands.end() ? nullptr : *found;
}

std::string help() {
  std::string text =
      "lentil: trains, tests, shows and times LeNet-style networks\n\n"
      "Examples:\n"
      "  lentil train --data synth\n"
      "  lentil eval lenet.lentil --data synth --confusion\n"
      "  lentil inspect lenet.lentil --memory\n"
      "  lentil bench lenet.lentil\n\n"
      "Usage: lentil COMMAND [OPTIONS]\n\nCommands:\n";
  for (const Command* command : kCommands)
    text += fmt::format("  {:<10}{}\n", command->name, command->summary);
  text +=
      "  help      show the options of a command: lentil help COMMAND\n\n"
      "Options:\n"
      "  -h,--help     show this help\n"
      "  -V,--version  show the version\n\n"
      "Environment:\n"
      "  LENTIL_ISA    the instruction set to use instead of the best one; see lentil doctor\n"
      "  NO_COLOR      no colours\n\n"
      "Exit codes: 0 done, 1 failed or different, 2 wrong usage, 130 interrupted (after saving)";
  return text;
}

int run(std::vector<std::string> words) {
  if (words.empty()) {
    print_note(help());
    return kWrongUsage;
  }
  if (words[0] == "--version" || words[0] == "-V") {
    print_result("lentil " LENTIL_VERSION);
    return 0;
  }
  if (words[0] == "help" && words.size() > 1) words = {words[1], "--help"};
  if (words[0] == "help" || words[0] == "--help" || words[0] == "-h") {
    print_result(help());
    return 0;
  }
  const std::span<const std::string> arguments = std::span(words).subspan(1);
  if (const Command* command = find_command(words[0])) return command->run(*command, arguments);

  std::vector<std::string> names;
  for (const Command* command : kCommands) names.emplace_back(command->name);
  const char* kind = words[0].starts_with("-") ? "option" : "command";
  reject(fmt::format("unknown {} '{}'{}\nCommands: {}. See: lentil --help", kind, words[0],
                     did_you_mean(words[0], names), join(names, ", ")));
}

int guarded_run(int argc, char** argv) {
  try {
    return run({argv + std::min(argc, 1), argv + argc});
  } catch (const Stop& stop) {
    print_note("lentil: " + stop.message);
    return stop.code;
  } catch (const std::bad_alloc&) {
    print_note("lentil: not enough memory; a smaller --batch-size needs less");
    return kFailed;
  } catch (const std::exception& error) {
    print_note(fmt::format("lentil: {}", error.what()));
    return kFailed;
  }
}

}  // namespace
}  // namespace lentil::tools

int main(int argc, char** argv) {
  const int code = lentil::tools::guarded_run(argc, argv);
  // A full disk shows here at the latest.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fputs("lentil: cannot write the results to standard output\n", stderr);
    return lentil::tools::kFailed;
  }
  return code;
}
