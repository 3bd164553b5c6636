#include "tools/completion_scripts.h"

#include <fmt/format.h>
#include <map>

#include "tools/arguments.h"
#include "tools/parts.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

// visit(command, option) for every option of every command.
template <class Visit>
void for_each_option(Visit visit) {
  for (const Command* command : commands_with_options()) {
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
  if (c.files || c.folders) sources += c.files ? " -f" : " -d";
  if (!c.words.empty()) sources += " -W " + quoted(join(c.words, " "));
  return sources.empty() ? "" : fmt::format("COMPREPLY=($(compgen{} -- \"$word\")); ", sources);
}

// As the scripts call a command.
std::string key(const Command& command) { return name_with('.', command); }

bool names_part(const Option& option) { return option.is_operand() && option.names[0] == "WORD"; }

std::vector<const Command*> commands_with_parts() {
  std::vector<const Command*> all(commands().begin(), commands().end());
  std::erase_if(all, [](const Command* command) { return command->parts.empty(); });
  return all;
}

std::vector<std::string> names_with_parts() {
  std::vector<std::string> names;
  for (const Command* command : commands_with_parts()) names.emplace_back(command->name);
  return names;
}

// The words before a value, with the commands that they belong to, by what is to be answered.
std::map<std::string, std::vector<std::string>> bash_values() {
  std::map<std::string, std::vector<std::string>> patterns;
  for_each_option([&](const Command& command, const Option& option) {
    if (option.is_flag()) return;
    std::vector<std::string> before = option.names;
    if (option.is_operand()) before = names_part(option) ? names_with_parts() : std::vector<std::string>{};
    for (const std::string& word : before)
      patterns[bash_reply(option)].push_back(fmt::format("{}:{}", key(command), word));
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

std::string bash_value_cases() {
  std::string cases;
  for (const auto& [reply, patterns] : bash_values())
    cases += fmt::format("    {}) {}return ;;\n", join(patterns, "|"), reply);
  return cases;
}

std::string bash_option_cases() {
  std::string cases;
  for (const Command* command : commands_with_options()) {
    cases += fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n", key(*command),
                         bash_options(*command));
  }
  return cases;
}

std::string bash_operand_cases() {
  std::string cases;
  for_each_option([&](const Command& command, const Option& option) {
    if (option.is_operand()) cases += fmt::format("    {}) {};;\n", key(command), bash_reply(option));
  });
  return cases;
}

// Second words of a command line.
std::string bash_parts() {
  std::string text;
  for (const Command* command : commands_with_parts()) {
    text += fmt::format(
        "  if [[ $command = {0} ]]; then\n"
        "    if [ \"$COMP_CWORD\" -eq 2 ]; then\n"
        "      COMPREPLY=($(compgen -W '{1} --help' -- \"$word\"))\n"
        "      return\n"
        "    fi\n"
        "    command={0}.${{COMP_WORDS[2]}}\n"
        "  fi\n",
        command->name, join(part_words(*command), " "));
  }
  return text;
}

// zsh: what stands behind the last colon of a specification.
std::string zsh_action(const Option& option) {
  const Candidates c = candidates(option);
  const std::string words = join(c.words, " "), files = c.files ? "_files" : c.folders ? "_files -/" : "";
  if (words.empty()) return files;
  return files.empty() ? "(" + words + ")" : fmt::format("{{ compadd -- {}; {} }}", words, files);
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

std::string zsh_option(const Option& option) {
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

std::string zsh_command(const Command& command) {
  std::string text =
      fmt::format("    {})\n      _arguments -s '(-h --help)'{{-h,--help}}'[show this help]'", key(command));
  const Arguments arguments = Arguments::of(command);
  int place = 0;
  for (const Option& option : arguments.options()) {
    if (!option.is_operand()) {
      text += zsh_option(option);
      continue;
    }
    const std::string where = option.several ? "*" : std::to_string(++place);
    text += " " + quoted(fmt::format("{}:{}:{}", where, option.names[0], zsh_action(option)));
  }
  return text + "\n      ;;\n";
}

// The last word of a command's name, and what it is good for.
std::string described(const Command& command) {
  const std::string_view word = command.name.substr(command.name.rfind(' ') + 1);
  return fmt::format("    {}\n", quoted(fmt::format("{}:{}", word, zsh_text(command.summary))));
}

std::string zsh_parts() {
  std::string text;
  for (const Command* command : commands_with_parts()) {
    std::string words;
    for (const Command* part : command->parts) words += described(*part);
    text += fmt::format(
        "  if [[ $command = {0} ]]; then\n"
        "    local -a parts=(\n{1}    )\n"
        "    if (( CURRENT == 2 )); then\n"
        "      _describe part parts\n"
        "      return\n"
        "    fi\n"
        "    command={0}.$words[2]\n"
        "    shift words\n"
        "    (( CURRENT-- ))\n"
        "  fi\n",
        command->name, words);
  }
  return text;
}

// What the words of a command line have to begin with.
std::string fish_condition(const std::string& words) {
  return fmt::format(" -n '__lentil_begins {}'", words);
}

std::string fish_option(const Command& command, const Option& option) {
  const Candidates c = candidates(option);
  const bool single_word = option.is_operand() && !c.files && !c.folders;
  std::string line =
      "complete -c lentil" + fish_condition(std::string(command.name) + (single_word ? " \"\"" : ""));
  if (!option.is_operand()) {
    for (const std::string& name : option.names)
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.is_flag()) line += c.files ? " -r" : " -x";
    line += " -d " + quoted(option.help);
  }
  if (c.files) line += " -F";
  std::string words = join(c.words, " ");
  if (c.folders) words += " (__fish_complete_directories)";
  return line + (words.empty() ? "" : " -a " + quoted(words)) + "\n";
}

// The names of commands as the next word behind `before`.
std::string fish_names(std::span<const Command* const> all, const std::string& before) {
  std::string text;
  for (const Command* command : all) {
    text += fmt::format("complete -c lentil{} -a {} -d {}\n", fish_condition(before + "\"\""),
                        command->name.substr(command->name.rfind(' ') + 1), quoted(command->summary));
  }
  return text;
}

// Second words of `lentil data`, third ones of `lentil help data`.
std::string fish_parts(const std::string& before) {
  std::string text;
  for (const Command* command : commands_with_parts())
    text += fish_names(command->parts, fmt::format("{}{} ", before, command->name));
  return text;
}

}  // namespace

std::string bash_completion() {
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
         "  fi\n" +
         bash_parts() + "  case $command:$before in\n" + bash_value_cases() +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    case $command in\n" +
         bash_option_cases() +
         "    esac\n"
         "    return\n"
         "  fi\n"
         "  case $command in\n" +
         bash_operand_cases() +
         "  esac\n"
         "}\n"
         "complete -o filenames -F _lentil lentil";
}

std::string zsh_completion() {
  std::string names, cases;
  for (const Command* command : commands()) names += described(*command);
  for (const Command* command : commands_with_options()) cases += zsh_command(*command);
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
         "  local command=$words[1]\n" +
         zsh_parts() + "  case $command in\n" + cases +
         "  esac\n"
         "}\n"
         // As a file in $fpath it is run, not sourced.
         "if [ \"$funcstack[1]\" = _lentil ]; then _lentil \"$@\"; else compdef _lentil lentil; fi";
}

std::string fish_completion() {
  std::string text =
      "# For ~/.config/fish/completions/lentil.fish\n"
      "function __lentil_begins\n"
      "  set -l words (commandline -opc) '' ''\n"
      "  set -l last (math 1 + (count $argv))\n"
      "  test \"$words[2..$last]\" = \"$argv\"\n"
      "end\n"
      "complete -c lentil -f\n"
      "complete -c lentil -s h -l help -d 'show help'\n";
  text += fish_names(commands(), "") + fish_parts("");
  for_each_option([&](const Command& command, const Option& option) {
    text += names_part(option) ? fish_parts(fmt::format("{} ", command.name)) : fish_option(command, option);
  });
  text.pop_back();
  return text;
}

}  // namespace lentil::tools
