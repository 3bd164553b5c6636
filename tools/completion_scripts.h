// Completion for three shells, made from the options of all commands.
#pragma once
#include <string>

namespace lentil::tools {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace lentil::tools
