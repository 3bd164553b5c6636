// lentil help: the options of a command, or the manual of them all.
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/manual.h"
#include "tools/output.h"
#include "tools/parts.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

struct HelpOptions {
  std::string command, word;
  bool man = false;
};

void declare(Arguments& a, HelpOptions& o) {
  a.optional_operand("COMMAND", o.command, "whose options to show; without it: which commands there are");
  a.optional_operand("WORD", o.word, "a part of the command, such as check of data");
  a.flag("--man", o.man, "print the manual page of the whole program, in roff");
}

int run(const Command& command, std::span<const std::string> words) {
  HelpOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  // Help must come whatever a configuration file says.
  if (!arguments.parse(words, Sources::words)) return 0;
  if (options.man && !options.command.empty())
    reject("--man shows all commands: leave out " + options.command);
  if (!options.command.empty()) {
    const Command& other = need_command(options.command);
    const Command& shown = options.word.empty() ? other : *need_parts(other, options.word)[0];
    const std::string help = "--help";
    return shown.run(shown, {&help, 1});
  }
  print_result(options.man ? man_page() : overview());
  return 0;
}

}  // namespace

const Command kHelpCommand{"help", "shows the options of a command, or the manual page",
                           "  lentil help\n"
                           "  lentil help train\n"
                           "  lentil help data check\n"
                           "  lentil help --man | man -l -\n",
                           run, describe<HelpOptions, declare>};

}  // namespace lentil::tools
