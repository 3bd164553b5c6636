#include "tools/manual.h"

#include <array>
#include <fmt/format.h>
#include <string_view>

#include "tools/arguments.h"
#include "tools/parts.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

struct Entry {
  std::string_view name, meaning;
};

constexpr std::string_view kPurpose =
    "reads digits in pictures, trains LeNet-style networks, shows and times them";

constexpr std::array<Entry, 5> kEnvironment{
    {{"LENTIL_<OPTION>",
      "the value of an option, as in LENTIL_THREADS=2; of one command: LENTIL_TRAIN_LR=0.01"},
     {"LENTIL_CONFIG", "the configuration file to read instead of the usual ones; none: no file"},
     {"LENTIL_ISA", "the instruction set to use instead of the best one; see lentil doctor"},
     {"NO_COLOR", "no colours, if it is not empty"},
     {"CLICOLOR_FORCE", "colours also where there is no terminal, if it is not 0"}}};

constexpr std::array<Entry, 2> kFiles{
    {{"lentil.toml", "values of options, in the current folder; lentil config writes such a file"},
     {"$XDG_CONFIG_HOME/lentil/config.toml",
      "the same of the user; ~/.config/lentil/config.toml if that is unset"}}};

constexpr std::array<Entry, 4> kExitCodes{{{"0", "done"},
                                           {"1", "failed, or a difference was found"},
                                           {"2", "wrong usage"},
                                           {"130", "interrupted, after saving"}}};

template <class Entries>
std::string listed(const char* title, const Entries& entries) {
  std::string text = fmt::format("\n{}:\n", title);
  for (const Entry& e : entries) {
    const bool fits = e.name.size() < 18;
    text += fmt::format("  {:<18}{}{}\n", e.name, fits ? "" : "\n                    ", e.meaning);
  }
  return text;
}

// Text that roff shows as it is.
std::string roff(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool starts_line = result.empty() || result.back() == '\n';
    if (starts_line && (c == '.' || c == '\'')) result += "\\&";
    if (c == '-') {
      result += "\\-";
    } else if (c == '\\') {
      result += "\\e";
    } else {
      result += c;
    }
  }
  return result;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }

template <class Entries>
std::string roff_list(const char* title, const Entries& entries) {
  std::string text = fmt::format(".SH {}\n", title);
  for (const Entry& e : entries) text += fmt::format(".TP\n{}\n{}\n", bold(e.name), roff(e.meaning));
  return text;
}

std::string option_names(const Option& option) {
  std::string text;
  for (const std::string& name : option.names) text += (text.empty() ? "" : ", ") + bold(name);
  if (!option.value.empty()) text += " \\fI" + roff(option.value) + "\\fR";
  return text;
}

std::string roff_command(const Command& command) {
  std::string text = fmt::format(".SS lentil {}\n{}.\n", command.name, roff(command.summary));
  const Arguments arguments = Arguments::of(command);
  for (const Option& option : arguments.options())
    text += fmt::format(".TP\n{}\n{}\n", option_names(option), roff(option.full_help()));
  return text + ".PP\n.nf\n" + roff(command.examples) + ".fi\n";
}

}  // namespace

std::string overview() {
  std::string text = fmt::format("lentil: {}\n", kPurpose);
  text +=
      "\nExamples:\n"
      "  lentil predict digits.lentil photo.jpg\n"
      "  lentil finetune digits.lentil --data ./my_digits -o mine.lentil\n"
      "  lentil train --data synth\n"
      "  lentil eval lenet.lentil --data synth --confusion\n"
      "  lentil inspect lenet.lentil --memory\n"
      "  lentil bench lenet.lentil\n"
      "\nUsage: lentil COMMAND [OPTIONS]\n\nCommands:\n";
  for (const Command* command : commands())
    text += fmt::format("  {:<18}{}\n", command->name, command->summary);
  constexpr std::array<Entry, 2> kOptions{
      {{"-h,--help", "show this help"}, {"-V,--version", "show the version"}}};
  text += listed("Options", kOptions) + listed("Environment", kEnvironment) + listed("Files", kFiles) +
          listed("Exit codes", kExitCodes);
  text.pop_back();
  return text;
}

std::string man_page() {
  std::string text = ".TH LENTIL 1 \"\" \"lentil " LENTIL_VERSION "\"\n";
  text += ".SH NAME\nlentil \\- " + roff(kPurpose) + "\n";
  text += ".SH SYNOPSIS\n.B lentil\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n";
  text +=
      ".SH DESCRIPTION\nResults go to standard output, progress and notes to standard error. "
      "Options are written\n\\fB\\-\\-name value\\fR or \\fB\\-\\-name=value\\fR; the last one counts. "
      "What the command line does not say is taken from the environment, then from\nthe files below.\n";
  text += ".SH COMMANDS\n";
  for (const Command* command : commands_with_options()) text += roff_command(*command);
  text += roff_list("ENVIRONMENT", kEnvironment) + roff_list("FILES", kFiles) +
          roff_list("EXIT STATUS", kExitCodes);
  text.pop_back();
  return text;
}

}  // namespace lentil::tools
