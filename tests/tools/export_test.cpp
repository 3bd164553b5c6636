#include <filesystem>

#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

const std::string kModel = LENTIL_SOURCE_DIR "/models/lenet_mnist.lentil";

}  // namespace

TEST_CASE("export writes several files into a folder, named after the model") {
  const TemporaryFolder folder;
  const Ended ended = run_lentil({"export", kModel, "--npz", "--pytorch", "--card", "-o", folder.path("")});
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(ended.err.empty());
  for (const std::string name : {"lenet_mnist.npz", "lenet_mnist.py", "lenet_mnist.md"}) {
    CHECK(fs::exists(folder.path(name)));
    CHECK_THAT(ended.out, Contains(name + ": "));
  }
  CHECK_FALSE(fs::exists(folder.path("lenet_mnist.safetensors")));
}

TEST_CASE("the ending of -o tells what export writes") {
  const TemporaryFolder folder;
  CHECK(run_lentil({"export", kModel, "-o", folder.path("w.safetensors")}).code == 0);
  CHECK(run_lentil({"diff", kModel, folder.path("w.safetensors")}).code == 0);
  // A flag says it against the ending.
  CHECK(run_lentil({"export", kModel, "--npz", "-o", folder.path("w.bin")}).code == 0);
  CHECK(read_text(folder.path("w.bin")).starts_with("PK"));
}

TEST_CASE("export never writes over the model that it reads") {
  const TemporaryFolder folder;
  fs::copy_file(kModel, folder.path("a.npz"));
  fs::create_symlink(folder.path("a.npz"), folder.path("link.npz"));
  for (const std::string name : {"a.npz", "link.npz"}) {
    const Ended ended = run_lentil({"export", folder.path("a.npz"), "--npz", "-o", folder.path(name)});
    CHECK(ended.code == 2);
    CHECK_THAT(ended.err, Contains("is the model itself"));
  }
  CHECK(read_text(folder.path("a.npz")) == read_text(kModel));
}

TEST_CASE("export writes nothing if one of its files cannot be made") {
  const TemporaryFolder folder;
  std::string bytes = read_text(kModel);
  const Ended missing = run_lentil({"export", folder.path("no.lentil"), "--npz", "-o", folder.path("x.npz")});
  CHECK(missing.code == 1);
  const Ended nowhere = run_lentil({"export", kModel, "--npz", "-o", folder.path("no/x.npz")});
  CHECK(nowhere.code == 1);
  CHECK_THAT(nowhere.err, Contains("there is no folder"));
  const Ended several = run_lentil({"export", kModel, "--npz", "--card", "-o", folder.path("x")});
  CHECK(several.code == 2);
  CHECK_THAT(several.err, Contains("2 files to write; name a folder"));
  CHECK(fs::is_empty(folder.path("")));
}

TEST_CASE("export asks what to write, and names what there is") {
  for (const Words& words : {Words{"export", kModel}, Words{"export", kModel, "-o", "x.xyz"}}) {
    const Ended ended = run_lentil(words);
    CHECK(ended.code == 2);
    CHECK_THAT(ended.err,
               Contains("export as what?") && Contains("--safetensors") && Contains("--state-dict"));
  }
  CHECK_THAT(run_lentil({"export", kModel, "--safetensor"}).err, Contains("did you mean '--safetensors'?"));
}

TEST_CASE("export writes a model as an array in C, and a main.c that is not yet there") {
  const TemporaryFolder folder;
  const Ended first = run_lentil({"export", kModel, "--c-array", "-o", folder.path("")});
  INFO(first.err);
  REQUIRE(first.code == 0);
  const std::string header = read_text(folder.path("lenet_mnist.h"));
  CHECK_THAT(header, Contains("#define LENET_MNIST_BYTES 103104u"));
  CHECK_THAT(header,
             Contains("static LENTIL_ALIGNED const unsigned char lenet_mnist_data[LENET_MNIST_BYTES]"));
  CHECK_THAT(read_text(folder.path("main.c")), Contains("#include \"lenet_mnist.h\""));

  std::ofstream(folder.path("main.c")) << "mine";
  const Ended second = run_lentil({"export", kModel, "--c-array", "-o", folder.path("9 lives.h")});
  CHECK(second.code == 0);
  CHECK_THAT(second.err, Contains("main.c is there already and stays as it is"));
  CHECK(read_text(folder.path("main.c")) == "mine");
  CHECK_THAT(read_text(folder.path("9 lives.h")), Contains("model9_lives_data["));
}

TEST_CASE("the array in C has the bytes of the model's file, for C99 and for C++") {
  const TemporaryFolder folder;
  REQUIRE(run_lentil({"export", kModel, "--c-array", "-o", folder.path("")}).code == 0);
  const std::string folder_flag = "-I'" + folder.path("") + "' -I'" LENTIL_SOURCE_DIR "/formats/device' ";
  const std::string flags = " -Wall -Wextra -pedantic -Werror -c -o /dev/null " + folder_flag;
  CHECK(std::system(("cc -std=c99" + flags + "'" + folder.path("main.c") + "'").c_str()) == 0);
  std::ofstream(folder.path("main.cpp"))
      << "#include \"lenet_mnist.h\"\nint first() { return lenet_mnist_data[0]; }\n";
  CHECK(std::system(("c++ -std=c++11" + flags + "'" + folder.path("main.cpp") + "'").c_str()) == 0);

  std::string header = read_text(folder.path("lenet_mnist.h")), bytes;
  std::istringstream numbers(header.substr(header.find("= {") + 3));
  for (int value = 0; numbers >> value; numbers.ignore(1)) bytes += static_cast<char>(value);
  CHECK(bytes == read_text(kModel));
}
