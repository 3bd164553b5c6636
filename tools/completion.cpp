// lentil completion: what a shell needs to know to complete the words of a command line.
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/completion_scripts.h"
#include "tools/output.h"

namespace lentil::tools {
namespace {

void declare(Arguments& a, std::string& shell) {
  a.operand("SHELL", shell, "bash, zsh or fish", {"bash", "zsh", "fish"});
}

int run(const Command& command, std::span<const std::string> words) {
  std::string shell;
  Arguments arguments(command);
  declare(arguments, shell);
  if (!arguments.parse(words, Sources::words)) return 0;
  print_result(shell == "bash" ? bash_completion() : shell == "zsh" ? zsh_completion() : fish_completion());
  return 0;
}

}  // namespace

const Command kCompletionCommand{"completion",
                                 "prints the script with which a shell completes lentil's options",
                                 "  source <(lentil completion bash)          in ~/.bashrc\n"
                                 "  source <(lentil completion zsh)           in ~/.zshrc, below compinit\n"
                                 "  lentil completion fish > ~/.config/fish/completions/lentil.fish\n",
                                 run, describe<std::string, declare>};

}  // namespace lentil::tools
