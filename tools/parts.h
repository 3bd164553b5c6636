// Commands of two words, such as "data check": a part of the command "data".
#pragma once
#include <string>
#include <vector>

#include "tools/command.h"

namespace lentil::tools {

// All commands that take options: the table, with parts in the place of the commands that have them.
std::vector<const Command*> commands_with_options();

// The same for one command, and its part of this name if `word` is not empty. Stops if it has no such part,
// and names the nearest.
std::vector<const Command*> need_parts(const Command& command, const std::string& word);

std::vector<std::string> part_words(const Command& command);  // "check", "show", "synth"
std::vector<std::string> all_part_words();                    // of all commands

// The name with something else than a blank between two words: "data.check".
std::string name_with(char between, const Command& command);

// `run` of a command that has parts: runs the one that the first word names, or prints which there are.
int run_part(const Command& command, std::span<const std::string> words);

}  // namespace lentil::tools
