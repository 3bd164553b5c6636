#include "tools/parts.h"

#include <algorithm>
#include <fmt/format.h>

#include "tools/output.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

std::string last_word(const Command& part) { return std::string(part.name.substr(part.name.find(' ') + 1)); }

const Command* find_part(const Command& command, const std::string& word) {
  const auto found = std::find_if(command.parts.begin(), command.parts.end(),
                                  [&](const Command* part) { return last_word(*part) == word; });
  return found == command.parts.end() ? nullptr : *found;
}

[[noreturn]] void reject_part(const Command& command, const std::string& problem) {
  reject(fmt::format("{} after lentil {}: {}\nSee: lentil {} --help", problem, command.name,
                     join(part_words(command), ", "), command.name));
}

const Command& need_part(const Command& command, const std::string& word) {
  if (const Command* part = find_part(command, word)) return *part;
  reject_part(command, fmt::format("unknown word '{}'{}", word, did_you_mean(word, part_words(command))));
}

std::string help(const Command& command) {
  std::string text = fmt::format("lentil {0}: {1}\n\nExamples:\n{2}\nUsage: lentil {0} WORD [OPTIONS]\n\n",
                                 command.name, command.summary, command.examples);
  for (const Command* part : command.parts)
    text += fmt::format("  {:<10}{}\n", last_word(*part), part->summary);
  return text + fmt::format("\nSee: lentil {} WORD --help", command.name);
}

}  // namespace

std::vector<const Command*> commands_with_options() {
  std::vector<const Command*> all;
  for (const Command* command : commands()) {
    for (const Command* each : need_parts(*command, "")) all.push_back(each);
  }
  return all;
}

std::vector<const Command*> need_parts(const Command& command, const std::string& word) {
  if (command.parts.empty() && !word.empty())
    reject(fmt::format("'{}' is one word too many: lentil {} has no parts", word, command.name));
  if (!word.empty()) return {&need_part(command, word)};
  if (command.parts.empty()) return {&command};
  return {command.parts.begin(), command.parts.end()};
}

std::vector<std::string> part_words(const Command& command) {
  std::vector<std::string> words;
  for (const Command* part : command.parts) words.push_back(last_word(*part));
  return words;
}

std::vector<std::string> all_part_words() {
  std::vector<std::string> all;
  for (const Command* command : commands()) {
    for (std::string& word : part_words(*command)) all.push_back(std::move(word));
  }
  return all;
}

std::string name_with(char between, const Command& command) {
  std::string name(command.name);
  std::replace(name.begin(), name.end(), ' ', between);
  return name;
}

int run_part(const Command& command, std::span<const std::string> words) {
  if (words.empty()) reject_part(command, "a word is missing");
  if (words[0] == "--help" || words[0] == "-h") {
    print_result(help(command));
    return 0;
  }
  const Command& part = need_part(command, words[0]);
  return part.run(part, words.subspan(1));
}

}  // namespace lentil::tools
