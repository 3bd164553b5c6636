#include "tools/terminal.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <unistd.h>

using namespace lentil::tools;

namespace {

using Values = std::map<std::string, std::string>;

// An environment in which only these are set, of all that matter here; nothing is a terminal.
class Environment {
 public:
  explicit Environment(const Values& values) {
    for (const char* name : {"NO_COLOR", "CLICOLOR_FORCE", "TERM", "LC_ALL", "LC_CTYPE", "LANG"})
      unsetenv(name);
    for (const auto& [name, value] : values) setenv(name.c_str(), value.c_str(), 1);
    choose_color(Color::automatic);
    REQUIRE(pipe(ends_) == 0);
  }
  ~Environment() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  int stream() const { return ends_[1]; }

 private:
  int ends_[2];
};

bool colored_with(const Values& values) {
  const Environment environment(values);
  return use_color(environment.stream());
}

bool utf8_with(const Values& values) {
  const Environment environment(values);
  return use_utf8();
}

}  // namespace

TEST_CASE("without a terminal there are colours on demand only, and never against NO_COLOR") {
  CHECK_FALSE(colored_with({}));
  CHECK(colored_with({{"CLICOLOR_FORCE", "1"}}));
  CHECK_FALSE(colored_with({{"CLICOLOR_FORCE", "0"}}));
  CHECK_FALSE(colored_with({{"CLICOLOR_FORCE", ""}}));
  CHECK_FALSE(colored_with({{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}));
  CHECK(colored_with({{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", ""}}));
}

TEST_CASE("what was chosen rules over the environment") {
  const Environment environment(Values{{"NO_COLOR", "1"}});
  choose_color(Color::always);
  CHECK(colored(environment.stream(), kGreen, "x") == "\x1b[32mx\x1b[0m");
  choose_color(Color::never);
  CHECK(colored(environment.stream(), kGreen, "x") == "x");
  choose_color(Color::automatic);
}

TEST_CASE("a pipe is no terminal, draws nothing again and has 80 columns") {
  const Environment environment(Values{{"TERM", "xterm"}});
  CHECK_FALSE(is_terminal(environment.stream()));
  CHECK_FALSE(can_redraw(environment.stream()));
  CHECK(columns(environment.stream()) == 80);
}

TEST_CASE("the first variable of the locale that is set tells its characters") {
  CHECK_FALSE(utf8_with({}));
  CHECK(utf8_with({{"LANG", "de_DE.UTF-8"}}));
  CHECK(utf8_with({{"LANG", "C.utf8"}}));
  CHECK_FALSE(utf8_with({{"LANG", "C"}}));
  CHECK_FALSE(utf8_with({{"LC_ALL", "C"}, {"LANG", "de_DE.UTF-8"}}));
  CHECK(utf8_with({{"LC_CTYPE", "C.UTF-8"}, {"LANG", "C"}}));
}
