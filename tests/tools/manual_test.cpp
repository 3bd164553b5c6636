#include <algorithm>
#include <iostream>

#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

TEST_CASE("the manual page has every command, and options with their defaults") {
  const std::string page = run_lentil({"help", "--man"}).out;
  for (const char* command : {"train", "finetune", "eval", "predict", "data check", "data show", "data synth",
                              "inspect", "bench", "doctor", "config", "completion", "help"})
    CHECK_THAT(page, Contains(".SS lentil " + std::string(command) + "\n"));
  CHECK_THAT(page, Contains("\\fB\\-o\\fR, \\fB\\-\\-output\\fR, \\fB\\-\\-save\\fR \\fIFILE\\fR"));
  CHECK_THAT(page, Contains("passes over the training images [5]"));
}

TEST_CASE("roff has nothing to say against the manual page") {
  if (std::system("command -v groff >/dev/null") != 0) {
    std::cout << "skipped: no groff\n";
    return;
  }
  const TemporaryFolder folder;
  write_text(folder.path("page"), run_lentil({"help", "--man"}).out);
  const std::string command = "groff -man -Tascii -ww '" + folder.path("page") + "' >'" +
                              folder.path("text") + "' 2>'" + folder.path("err") + "'";
  CHECK(std::system(command.c_str()) == 0);
  CHECK(read_text(folder.path("err")).empty());
  CHECK_THAT(read_text(folder.path("text")), Contains("lentil train --data synth --arch mlp"));
}

TEST_CASE("the help of every command begins with at least three examples") {
  const std::string page = run_lentil({"help", "--man"}).out;
  std::size_t commands = 0;
  for (std::size_t at = 0; (at = page.find(".SS lentil ", at)) != std::string::npos; ++commands) {
    at += 11;
    std::istringstream name(page.substr(at, page.find('\n', at) - at));
    Words words;
    for (std::string word; name >> word;) words.push_back(word);
    words.emplace_back("--help");
    const std::string help = run_lentil(words).out;
    INFO(help);
    const std::size_t begin = help.find("\nExamples:\n"), end = help.find("\n\n", begin + 1);
    REQUIRE(begin != std::string::npos);
    CHECK(begin < help.find("Usage:"));
    CHECK(std::count(help.begin() + std::ptrdiff_t(begin), help.begin() + std::ptrdiff_t(end), '\n') >= 4);
  }
  CHECK(commands >= 13);
}
