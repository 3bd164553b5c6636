// What the program says, word for word: golden/*.txt are transcripts of a shell. A new case is a line
// "$ lentil ..." there; `cmake --build build/dev --target lentil_update_golden` fills in what the program
// answers:
//   "  " before lines of standard output, "! " before those of standard error, "= " before the exit code.
// $FAKE_CUDA is a CUDA driver of the tests' own (formats/host/cuda/fake_driver.h).
// The lines of a file run one after the other in one folder that holds lenet_mnist.lentil.
#include <algorithm>
#include <regex>

#include "tests/tools/program.h"

using namespace lentil::test;

namespace {

namespace fs = std::filesystem;

struct Mask {
  std::regex what;
  const char* instead;
};

// What differs from machine to machine, or from one run to the next.
const std::vector<Mask>& masks() {
  static const std::vector<Mask> all{
      {std::regex("lentil [0-9]+\\.[0-9]+\\.[0-9]+"), "lentil VERSION"},
      {std::regex("(baseline|avx2|avx512|neon) with [0-9]+ threads"), "ISA with N threads"},
      {std::regex("(knows|runs)( (baseline|avx2|avx512|neon),?)+"), "$1 ISAS"},
      {std::regex("\x1b"), "ESC"},
      {std::regex("/[^ ]*lentil-test-[A-Za-z0-9]+"), "FOLDER"},
      {std::regex("cuda: (kernels for [-0-9a-z ]+, compiled by CUDA [0-9.]+|no kernels in this program)"),
       "cuda: KERNELS"},
      {std::regex("\"isa\":\"[a-z0-9]+\""), "\"isa\":\"ISA\""},
      {std::regex("(\"(threads|seconds|images_per_second)\"):[-+.e0-9]+"), "$1:N"},
      {std::regex("[0-9,]+ img/s"), "N img/s"},
      {std::regex("[0-9.]+ s,"), "N s,"},
      {std::regex("in [0-9.]+ s"), "in N s"}};
  return all;
}

std::string masked(std::string line) {
  for (const Mask& mask : masks()) line = std::regex_replace(line, mask.what, mask.instead);
  return line;
}

std::string marked(const std::string& text, const std::string& mark) {
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    result += line.empty() ? mark.substr(0, mark.find(' ')) + "\n" : mark + masked(line) + "\n";
  return result;
}

// Runs lines as a user's shell would, in an environment that is always the same.
class Shell {
 public:
  Shell() {
    fs::copy_file(LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil", folder_.path("lenet_mnist.lentil"));
  }

  std::string answer(const std::string& line) {
    write_text(own_.path("line"), line);
    const std::string program = fs::path(LENTIL_PROGRAM).parent_path().string();
    const std::string command = "cd '" + folder_.path("") +
                                "' && env -i LANG=C.UTF-8 HOME=/nowhere FAKE_CUDA='" LENTIL_FAKE_CUDA
                                "' PATH='" +
                                program + "':/usr/bin:/bin sh '" + own_.path("line") + "' >'" +
                                own_.path("out") + "' 2>'" + own_.path("err") + "' </dev/null";
    const int status = std::system(command.c_str());
    return marked(read_text(own_.path("out")), "  ") + marked(read_text(own_.path("err")), "! ") + "= " +
           std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1) + "\n";
  }

 private:
  TemporaryFolder folder_, own_;
};

// The comments and commands of a transcript, with the answers of today.
std::string replayed(const std::string& transcript) {
  Shell shell;
  std::string result;
  bool after_comment = true;
  std::istringstream lines(transcript);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("#") && !line.starts_with("$ ")) continue;
    if (!after_comment) result += "\n";
    after_comment = line.starts_with("#");
    result += line + "\n";
    if (!after_comment) result += shell.answer(line.substr(2));
  }
  return result;
}

}  // namespace

TEST_CASE("the program says what its transcripts say") {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(LENTIL_SOURCE_DIR "/tests/tools/golden"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE_FALSE(files.empty());
  const bool update = std::getenv("LENTIL_UPDATE_GOLDEN") != nullptr;
  for (const fs::path& file : files) {
    const std::string expected = read_text(file.string()), found = replayed(expected);
    if (update) write_text(file.string(), found);
    INFO(file << "; if the new words are meant: cmake --build build/dev --target lentil_update_golden");
    if (!update) CHECK(found == expected);
  }
}
