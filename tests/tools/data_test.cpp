#include "formats/host/image.h"
#include "tests/support/picture_files.h"
#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;
using lentil::formats::read_image;

TEST_CASE("data says what it can do") {
  const Ended help = run_lentil({"data", "--help"});
  CHECK(help.code == 0);
  CHECK_THAT(help.out, Contains("check") && Contains("show") && Contains("synth"));
  CHECK(run_lentil({"help", "data"}).out == help.out);
  const Ended none = run_lentil({"data"});
  CHECK(none.code == 2);
  CHECK_THAT(none.err, Contains("a word is missing after lentil data: check, show, synth"));
  const Ended wrong = run_lentil({"data", "chek", "x"});
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, Contains("unknown word 'chek' (did you mean 'check'?)"));
  CHECK_THAT(run_lentil({"data", "check", "--help"}).out, Contains("lentil data check"));
  CHECK_THAT(run_lentil({"data", "check"}).err, Contains("ROOT is missing\nSee: lentil data check --help"));
}

TEST_CASE("data check counts and judges") {
  const auto json = run_json({"data", "check", "synth:100,20"});
  CHECK(json["data"] == "synth:100,20,1");
  CHECK(json["known"] == false);
  CHECK(json["train"]["per_class"][9] == 10);
  CHECK(json["test"]["images"] == 20);
  CHECK(json["suspicious"].empty());
  const Ended ended = run_lentil({"data", "check", "synth:100,20"});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("images: 28x28, 1 channel\n") && Contains("\nnothing suspicious\n"));
}

TEST_CASE("data check reports pictures in folders, what was skipped and what is wrong") {
  const PictureFiles files;
  files.picture("train/cat/a.png", 200);
  files.picture("train/dog/a.png", 210);
  files.text("train/dog/notes.txt", "hello");
  files.picture("test/cat/a.png", 200);
  const Ended ended = run_lentil({"data", "check", files.path("")});
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out,
             Contains("data: pictures in folders\n") && Contains("skipped 1 file that is no picture\n"));
  CHECK_THAT(ended.out, Contains("suspicious: the test set has no images of dog") &&
                            Contains("dark on light") && Contains("2 images without content") &&
                            Contains("1 image of the test set is in the training set too"));
  files.text("train/dog/b.png", "\x89PNG\r\n\x1a\n");
  const Ended damaged = run_lentil({"data", "check", files.path("")});
  CHECK(damaged.code == 1);
  CHECK_THAT(damaged.err, Contains("dog/b.png") && Contains("damaged"));
}

TEST_CASE("data show draws digits for every kind of terminal") {
  const Ended unicode = run_lentil({"data", "show", "synth:20,20", "--count", "3"}, {"LC_ALL=C.UTF-8"});
  CHECK(unicode.code == 0);
  CHECK_THAT(unicode.out, Contains("█") && Contains("#0: 0") && Contains("#2: 2"));
  const Ended ascii = run_lentil({"data", "show", "synth:20,20", "--count", "3"}, {"LC_ALL=C"});
  CHECK_THAT(ascii.out, Contains("@") && !Contains("█"));
  const Ended one = run_lentil({"data", "show", "synth:20,20", "--class", "3", "--set", "test"});
  CHECK_THAT(one.out, Contains("#3: 3") && Contains("#13: 3") && !Contains(": 4"));
  const Ended none = run_lentil({"data", "show", "synth:20,20", "--class", "11"});
  CHECK(none.code == 1);
  CHECK_THAT(none.err, Contains("no images of class '11'"));
}

TEST_CASE("data show writes a sheet of pictures") {
  const TemporaryFolder folder;
  const std::string path = folder.path("sheet.png");
  CHECK(run_lentil({"data", "show", "synth:20,20", "--count", "12", "--png", path}).code == 0);
  const auto sheet = read_image(path);
  REQUIRE(sheet);
  CHECK(sheet->width == 10 * 30 + 2);
  CHECK(sheet->height == 2 * 30 + 2);
  CHECK(run_lentil({"data", "show", "synth:20,20", "--png", folder.path("no/sheet.png")}).code == 1);
}

TEST_CASE("data show draws digits with their classes") {
  const TemporaryFolder folder;
  const std::string svg = folder.path("digits.svg"), png = folder.path("digits.png");
  CHECK(run_lentil({"data", "show", "synth:20,20", "--plot", svg}).err == "saved " + svg + "\n");
  CHECK_THAT(read_text(svg), Contains("synth:20,20,1: 10 images") && Contains(">9</text>"));
  CHECK(run_lentil({"data", "show", "synth:20,20", "--plot", png}).code == 0);
  CHECK(read_image(png));
  CHECK(run_lentil({"data", "show", "synth:20,20", "--plot", png, "--png", png}).code == 2);
  CHECK(run_lentil({"data", "show", "synth:20,20", "--plot", folder.path("a")}).code == 2);
  CHECK(run_lentil({"data", "show", "synth:20,20", "--plot", folder.path("no/a.svg")}).code == 1);
}

TEST_CASE("data synth writes files that load as what they are") {
  const TemporaryFolder folder;
  const std::string idx = folder.path("idx"), pictures = folder.path("pictures");
  REQUIRE(run_lentil({"data", "synth", "-o", idx, "--count", "60", "--seed", "5"}).code == 0);
  REQUIRE(run_lentil({"data", "synth", "-o", pictures, "--count", "60", "--seed", "5", "--folders"}).code ==
          0);
  const auto from_idx = run_json({"data", "check", idx});
  const auto from_pictures = run_json({"data", "check", pictures});
  CHECK(from_idx["data"] == "IDX files");
  CHECK(from_idx["files"].size() == 4);
  CHECK(from_idx["train"] == run_json({"data", "check", "synth:60,10,5"})["train"]);
  CHECK(from_pictures["train"] == from_idx["train"]);
  CHECK(from_pictures["test"] == from_idx["test"]);

  const Ended again = run_lentil({"data", "synth", "-o", idx});
  CHECK(again.code == 1);
  CHECK_THAT(again.err, Contains("the folder is not empty"));
  CHECK(run_lentil({"data", "synth"}).code == 2);
  CHECK(run_lentil({"data", "synth", "-o", "/dev/null/x"}).code == 1);
}
