#include <iostream>

#include "tests/tools/program.h"

using namespace lentil::test;

namespace {

// What a shell prints that runs the lines; `script` names the completion.
std::string shell(const std::string& program, const std::string& lines) {
  const TemporaryFolder folder;
  write_text(folder.path("script"), run_lentil({"completion", program}).out);
  write_text(folder.path("model.lentil"), "");
  write_text(folder.path("lines"), lines);
  std::filesystem::create_directory(folder.path("digits"));
  const std::string command =
      "cd '" + folder.path("") + "' && HOME=. XDG_CONFIG_HOME=. " + program + " lines >out 2>&1 </dev/null";
  const int status = std::system(command.c_str());
  const std::string out = read_text(folder.path("out"));
  INFO(out);
  CHECK(status == 0);
  return out;
}

bool has(const std::string& program) {
  if (std::system(("command -v " + program + " >/dev/null").c_str()) == 0) return true;
  std::cout << "skipped: no " << program << "\n";
  return false;
}

// What bash offers for the last word.
std::string offered(const std::string& words) {
  return shell("bash", "source ./script\nCOMP_WORDS=(" + words +
                           ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_lentil\necho \"${COMPREPLY[*]}\"\n");
}

}  // namespace

TEST_CASE("bash completes commands, options, words and files") {
  if (!has("bash")) return;
  CHECK(offered("lentil ins") == "inspect\n");
  CHECK(offered("lentil train --sch") == "--schedule\n");
  CHECK(offered("lentil train --goal ''") == "small fast\n");
  CHECK(offered("lentil train --goal = f") == "fast\n");
  CHECK(offered("lentil train --epochs ''") == "\n");
  CHECK(offered("lentil train --arch logr") == "logreg\n");
  CHECK(offered("lentil train -o mo") == "model.lentil\n");
  CHECK(offered("lentil eval mo") == "model.lentil\n");
  CHECK(offered("lentil eval x --data di") == "digits\n");
  CHECK(offered("lentil eval x --data sy") == "synth\n");
  CHECK(offered("lentil finetune mo") == "model.lentil\n");
  CHECK(offered("lentil predict model.lentil mo") == "model.lentil\n");
  CHECK(offered("lentil predict model.lentil --ink ''") == "auto dark light\n");
  CHECK(offered("lentil help tr") == "train\n");
  CHECK(offered("lentil completion f") == "fish\n");
}

TEST_CASE("bash completes commands of two words") {
  if (!has("bash")) return;
  CHECK(offered("lentil data ''") == "check show synth --help\n");
  CHECK(offered("lentil data sy") == "synth\n");
  CHECK(offered("lentil data show --s") == "--set\n");
  CHECK(offered("lentil data show x --set te") == "test\n");
  CHECK(offered("lentil data check di") == "digits\n");
  CHECK(offered("lentil data synth -o ''") == "digits\n");
  CHECK(offered("lentil help data sh") == "show\n");
  CHECK(offered("lentil config data ''") == "check show synth app\n");  // of all commands that have parts
  CHECK(offered("lentil new ''") == "app --help\n");
}

TEST_CASE("fish completes commands, options, words and files") {
  if (!has("fish")) return;
  const std::string found =
      shell("fish",
            "source script\n"
            "for line in 'ins' 'train --sch' 'train --goal sm' 'eval mo' 'eval --data dig' 'data sy' "
            "'data show --se' 'data show --set tr' 'data check mo' 'help data sh' 'help sy' 'help tra'\n"
            "  complete -C \"lentil $line\" | cut -f 1\n"
            "end\n");
  CHECK(
      found ==
      "inspect\n--schedule\nsmall\nmodel.lentil\ndigits/\nsynth\n--set\ntrain\nmodel.lentil\nshow\ntrain\n");
}

TEST_CASE("zsh takes the completion as its own") {
  if (!has("zsh")) return;
  CHECK(shell("zsh",
              "autoload -U compinit\ncompinit -u -d ./dump\nsource ./script\necho ${_comps[lentil]}\n") ==
        "_lentil\n");
}
