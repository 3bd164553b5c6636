// Runs the program as a user does: words in, an exit code and two streams out.
#pragma once
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace lentil::test {

struct Ended {
  int code = -1;         // 128 + signal if one ended it
  std::string out, err;  // standard output and error
};

using Words = std::vector<std::string>;

// A program that is running. Its standard error is a pipe: unread, it makes the program wait.
class Running {
 public:
  explicit Running(const Words& words, const Words& environment = {}) : out_(std::tmpfile()) {
    int ends[2];
    REQUIRE(out_ != nullptr);
    REQUIRE(pipe(ends) == 0);
    err_ = ends[0];
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) become_program(words, environment, ends[1]);
    close(ends[1]);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(err_);
    std::fclose(out_);
  }

  // Waits until standard error has said `text`.
  void wait_for(const std::string& text) {
    while (ended_.err.find(text) == std::string::npos) REQUIRE(read_more());
  }
  void send(int signal) const { REQUIRE(kill(pid_, signal) == 0); }

  Ended finish() {
    while (read_more()) continue;
    int status = 0;
    REQUIRE(waitpid(std::exchange(pid_, -1), &status, 0) > 0);
    ended_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    std::rewind(out_);
    char buffer[4096];
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof(buffer), out_)) > 0;) ended_.out.append(buffer, n);
    return ended_;
  }

 private:
  [[noreturn]] void become_program(const Words& words, const Words& environment, int err) const {
    dup2(fileno(out_), STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(err);
    close(err_);
    std::vector<char*> arguments{const_cast<char*>(LENTIL_PROGRAM)};
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    putenv(const_cast<char*>("LENTIL_CONFIG=none"));  // the user's is no part of a test
    for (const std::string& setting : environment) putenv(const_cast<char*>(setting.c_str()));
    execv(LENTIL_PROGRAM, arguments.data());
    _exit(127);
  }

  bool read_more() {
    char buffer[512];
    const ssize_t n = read(err_, buffer, sizeof(buffer));
    if (n > 0) ended_.err.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  std::FILE* out_;
  int err_ = -1;
  pid_t pid_ = -1;
  Ended ended_;
};

inline Ended run_lentil(const Words& words, const Words& environment = {}) {
  Running running(words, environment);
  return running.finish();
}

// Runs with --json, demands success, and returns the object in the last line.
inline nlohmann::json run_json(Words words, const Words& environment = {}) {
  words.emplace_back("--json");
  const Ended ended = run_lentil(words, environment);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  REQUIRE_FALSE(ended.out.empty());
  REQUIRE(ended.out.back() == '\n');
  const std::size_t before_last = ended.out.rfind('\n', ended.out.size() - 2);
  return nlohmann::json::parse(ended.out.substr(before_last == std::string::npos ? 0 : before_last + 1));
}

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace lentil::test
