#include "tools/completion_scripts.h"

#include <fmt/format.h>
#include <map>

#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

// visit(command, option) for every option of every command.
template <class Visit>
void for_each_option(Visit visit) {
  for (const Command* command : commands()) {
    const Arguments arguments = Arguments::of(*command);
    for (const Option& option : arguments.options()) visit(*command, option);
  }
}

// Inside single quotes of all three shells.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string{c};
  return result + "'";
}

// bash: what sets the answer; nothing if nothing is known that fits here.
std::string bash_reply(const Option& option) {
  const Candidates c = candidates(option);
  std::string sources;
  if (c.files) sources += " -f";
  if (c.folders) sources += " -d";
  if (!c.words.empty()) sources += " -W " + quoted(join(c.words, " "));
  return sources.empty() ? "" : fmt::format("COMPREPLY=($(compgen{} -- \"$word\")); ", sources);
}

// The words before a value, with the commands that they belong to, by what is to be answered.
std::map<std::string, std::vector<std::string>> bash_values() {
  std::map<std::string, std::vector<std::string>> patterns;
  for_each_option([&](const Command& command, const Option& option) {
    if (option.is_operand() || option.is_flag()) return;
    for (const std::string& name : option.names)
      patterns[bash_reply(option)].push_back(fmt::format("{}:{}", command.name, name));
  });
  return patterns;
}

std::string bash_options(const Command& command) {
  std::vector<std::string> names{"--help"};
  const Arguments arguments = Arguments::of(command);
  for (const Option& option : arguments.options()) {
    if (!option.is_operand()) names.push_back(option.main_name());
  }
  return join(names, " ");
}

// zsh: what stands behind the last colon of a specification.
std::string zsh_action(const Option& option) {
  const Candidates c = candidates(option);
  const std::string words = join(c.words, " ");
  if (c.files && words.empty()) return "_files";
  if (!c.files && !c.folders) return words.empty() ? "" : "(" + words + ")";
  return fmt::format("{{ compadd -- {}; _files{} }}", words, c.folders ? " -/" : "");
}

// Colons and brackets mean something to _arguments.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_specifications(const Option& option) {
  if (option.is_operand()) return " " + quoted(fmt::format("1:{}:{}", option.names[0], zsh_action(option)));
  std::string text;
  for (const std::string& name : option.names) {
    const bool has_value = !option.is_flag();
    const char* sign = !has_value ? "" : name.starts_with("--") ? "=" : "+";
    std::string spec = fmt::format("{}{}[{}]", name, sign, zsh_text(option.help));
    if (has_value) spec += fmt::format(":{}:{}", zsh_text(option.value), zsh_action(option));
    text += " \\\n        " + quoted(spec);
  }
  return text;
}

std::string fish_option(const Command& command, const Option& option) {
  const Candidates c = candidates(option);
  std::string line = fmt::format("complete -c lentil -n '__fish_seen_subcommand_from {}'", command.name);
  if (!option.is_operand()) {
    for (const std::string& name : option.names)
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.is_flag()) line += c.files ? " -r" : " -x";
    line += " -d " + quoted(option.help);
  }
  if (c.files) line += " -F";
  std::string words = join(c.words, " ");
  if (c.folders) words += " (__fish_complete_directories)";
  return words.empty() ? line : line + " -a " + quoted(words);
}

}  // namespace

std::string bash_completion() {
  std::string values, operands, options;
  for (const auto& [reply, patterns] : bash_values())
    values += fmt::format("    {}) {}return ;;\n", join(patterns, "|"), reply);
  for_each_option([&](const Command& command, const Option& option) {
    if (option.is_operand()) operands += fmt::format("    {}) {};;\n", command.name, bash_reply(option));
  });
  for (const Command* command : commands()) {
    options += fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n", command->name,
                           bash_options(*command));
  }
  // bash takes --name=value apart into three words.
  return "# For ~/.bashrc: source <(lentil completion bash)\n"
         "_lentil() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} "
         "command=${COMP_WORDS[1]}\n"
         "  [ \"$before\" = = ] && before=${COMP_WORDS[COMP_CWORD-2]}\n"
         "  [ \"$word\" = = ] && word=\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W '" +
         join(command_names(), " ") +
         " --help --version' -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
         "  case $command:$before in\n" +
         values +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    case $command in\n" +
         options +
         "    esac\n"
         "    return\n"
         "  fi\n"
         "  case $command in\n" +
         operands +
         "  esac\n"
         "}\n"
         "complete -o filenames -F _lentil lentil";
}

std::string zsh_completion() {
  std::string names, cases;
  for (const Command* command : commands()) {
    names += fmt::format("    {}\n", quoted(fmt::format("{}:{}", command->name, zsh_text(command->summary))));
    cases += fmt::format("    {})\n      _arguments -s '(-h --help)'{{-h,--help}}'[show this help]'",
                         command->name);
    const Arguments arguments = Arguments::of(*command);
    for (const Option& option : arguments.options()) cases += zsh_specifications(option);
    cases += "\n      ;;\n";
  }
  return "#compdef lentil\n"
         "# For ~/.zshrc, below compinit: source <(lentil completion zsh)\n"
         "_lentil() {\n"
         "  local -a commands=(\n" +
         names +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe command commands\n"
         "    return\n"
         "  fi\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $words[1] in\n" +
         cases +
         "  esac\n"
         "}\n"
         // As a file in $fpath it is run, not sourced.
         "if [ \"$funcstack[1]\" = _lentil ]; then _lentil \"$@\"; else compdef _lentil lentil; fi";
}

std::string fish_completion() {
  std::string text =
      "# For ~/.config/fish/completions/lentil.fish\n"
      "complete -c lentil -f\n"
      "complete -c lentil -s h -l help -d 'show help'\n";
  for (const Command* command : commands()) {
    text += fmt::format("complete -c lentil -n __fish_use_subcommand -a {} -d {}\n", command->name,
                        quoted(command->summary));
  }
  for_each_option(
      [&](const Command& command, const Option& option) { text += fish_option(command, option) + "\n"; });
  text.pop_back();
  return text;
}

}  // namespace lentil::tools
