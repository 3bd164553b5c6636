#include <filesystem>

#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

const std::string kModel = LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil";

// What the program of a project says of a picture.
struct Answer {
  int code;
  std::string text;
};

Answer answer_of(const std::string& command, const TemporaryFolder& folder) {
  const std::string out = folder.path("out.txt");
  const int status = std::system((command + " > '" + out + "' 2>&1").c_str());
  return {WEXITSTATUS(status), read_text(out)};
}

nlohmann::json predicted(const std::string& model, const std::string& picture) {
  const Ended ended = run_lentil({"predict", model, picture, "--json"});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return nlohmann::json::parse(ended.out).at(0);
}

// A dark stroke on light paper, as PGM.
std::string draw_one(const TemporaryFolder& folder) {
  const std::string path = folder.path("one.pgm");
  std::ofstream file(path, std::ios::binary);
  file << "P5 40 60 255\n";
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 40; ++x) file.put(static_cast<char>(x > 16 && x < 22 && y > 8 && y < 50 ? 30 : 220));
  }
  return path;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("a new project builds at once, in C and in C++, and answers as the program does") {
  const TemporaryFolder folder;
  const std::string picture = draw_one(folder), in_c = folder.path("reader"), in_cpp = folder.path("other");
  const Ended made = run_lentil({"new", "app", in_c});
  INFO(made.err);
  REQUIRE(made.code == 0);
  CHECK(names_in(in_c) ==
        std::vector<std::string>{"CMakeLists.txt", "lentil.cc", "lentil.h", "main.c", "model.h"});
  // Unoptimized, which takes a few seconds and changes no bit of an answer.
  const Answer built = answer_of("cmake -S '" + in_c + "' -B '" + in_c +
                                     "/build' -DCMAKE_BUILD_TYPE=Debug && cmake --build '" + in_c + "/build'",
                                 folder);
  INFO(built.text);
  REQUIRE(built.code == 0);
  const Answer first = answer_of("'" + in_c + "/build/reader' '" + picture + "'", folder);
  CHECK(first.code == 0);

  REQUIRE(run_lentil({"new", "app", in_cpp, "--lang", "c++"}).code == 0);
  const Answer compiled =
      answer_of("c++ -std=c++20 -Wall -Wextra -Werror -I'" + in_cpp + "' '" + in_cpp + "/main.cpp' '" + in_c +
                    "/build/CMakeFiles/reader.dir/lentil.cc.o' -o '" + in_cpp + "/app'",
                folder);
  INFO(compiled.text);
  REQUIRE(compiled.code == 0);
  CHECK(answer_of("'" + in_cpp + "/app' '" + picture + "'", folder).text == first.text);

  std::istringstream said(first.text);
  std::string number, label;
  float probability = 0;
  said >> number >> label >> probability;
  const auto expected = predicted(LENTIL_SOURCE_DIR "/models/digits.lentil", picture);
  CHECK(label == expected["label"].get<std::string>());
  CHECK(probability == expected["probability"].get<float>());

  const Answer wrong = answer_of("'" + in_c + "/build/reader' '" + in_c + "/main.c'", folder);
  CHECK(wrong.code == 1);
  CHECK_THAT(wrong.text, Contains("no grey picture"));
}

TEST_CASE("new app writes nothing where it may not, or what it cannot make") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("full"));
  std::ofstream(folder.path("full/main.c")) << "mine";
  const Ended full = run_lentil({"new", "app", folder.path("full")});
  CHECK(full.code == 1);
  CHECK_THAT(full.err, Contains("the folder is not empty"));
  CHECK(read_text(folder.path("full/main.c")) == "mine");
  CHECK(names_in(folder.path("full")).size() == 1);

  const Ended file = run_lentil({"new", "app", folder.path("full/main.c")});
  CHECK(file.code == 1);
  CHECK_THAT(file.err, Contains("main.c"));
  const Ended nowhere = run_lentil({"new", "app", "/proc/reader"});
  CHECK(nowhere.code == 1);
  CHECK_THAT(nowhere.err, Contains("/proc/reader: cannot be made"));

  const Ended language = run_lentil({"new", "app", folder.path("a"), "--lang", "rust"});
  CHECK(language.code == 2);
  const Ended model = run_lentil({"new", "app", folder.path("a"), "--model", folder.path("full/main.c")});
  CHECK(model.code == 1);
  const Ended missing = run_lentil({"new", "app", folder.path("a"), "--model", folder.path("no.lentil")});
  CHECK(missing.code == 1);
  CHECK_FALSE(fs::exists(folder.path("a")));
  CHECK(run_lentil({"new"}).code == 2);
  CHECK(run_lentil({"new", "application"}).code == 2);
}
