#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

Words train_words(const std::string& file) {
  return {"train", "--arch", "logreg", "--data", "synth:120,40", "--epochs", "1", "-o", file};
}

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("train reports in JSON what scripts rely on") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const auto result = run_json(with(train_words(file), {"--threads", "2"}));
  CHECK(result["file"] == file);
  CHECK_THAT(result["weights_hash"].get<std::string>(), Catch::Matches("[0-9a-f]{16}"));
  CHECK(result["epochs"] == 1);
  CHECK(result["steps"] == 2);
  CHECK(result["seconds"].get<double>() > 0);
  CHECK(result["images_per_second"].get<double>() > 0);
  CHECK(result["isa"].is_string());
  CHECK(result["threads"] == 2);
  CHECK(result["test"]["correct"].is_number_unsigned());
  CHECK(result["test"]["total"] == 40);
  CHECK(result["test"]["loss"].get<double>() > 0);
}

TEST_CASE("a file that exists is tested, not trained") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const auto trained = run_json(train_words(file));
  const std::string bytes = read_text(file);
  const auto loaded = run_json(with(train_words(file), {"--seed", "5"}));
  CHECK(loaded["trained"] == false);
  CHECK(loaded["weights_hash"] == trained["weights_hash"]);
  CHECK(loaded["test"] == trained["test"]);
  CHECK(loaded["steps"] == trained["steps"]);
  CHECK(loaded["images_per_second"] == 0);
  CHECK(read_text(file) == bytes);
  CHECK_THAT(run_lentil(train_words(file)).err, Contains("exists: testing it, not training"));
}

TEST_CASE("force trains anew") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const auto first = run_json(train_words(file));
  const auto second = run_json(with(train_words(file), {"--force", "--seed", "5"}));
  CHECK(second["trained"] == true);
  CHECK(second["weights_hash"] != first["weights_hash"]);
  CHECK(run_json({"inspect", file})["weights_hash"] == second["weights_hash"]);
}

TEST_CASE("the file is named after a built-in network unless it is named") {
  const TemporaryFolder folder;
  const std::string command =
      "cd '" + folder.path("") + "' && " LENTIL_PROGRAM " train -q --data synth:60,20 --epochs 1 --arch ";
  CHECK(std::system((command + "mlp > /dev/null").c_str()) == 0);
  CHECK(std::system((command + "'flatten, linear 10' > /dev/null").c_str()) == 0);
  CHECK(run_json({"inspect", folder.path("mlp.lentil")})["parameters"] == 109386);
  CHECK(run_json({"inspect", folder.path("model.lentil")})["parameters"] == 7850);
}

TEST_CASE("a finished file says how it was made, and holds no velocities") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil"), part = folder.path("part.lentil");
  const auto result = run_json(train_words(file));
  run_json(with(train_words(part), {"--max-steps", "1"}));
  CHECK(read_text(file).size() + 7850 * 4 <= read_text(part).size());
  const auto in = run_json({"inspect", file});
  CHECK(in["unfinished"] == false);
  CHECK(in["golden_samples"] == 16);
  CHECK(in["licence"] == "Apache-2.0");
  CHECK(in["labels"].size() == 10);
  CHECK(in["mean"].get<double>() == Approx(0.1307));
  CHECK(in["std"].get<double>() == Approx(0.3081));
  const auto& training = in["training"];
  CHECK(training["data"] == "synth:120,40,1");
  CHECK(training["seed"] == 1);
  CHECK(training["epochs"] == 1);
  CHECK(training["steps"] == 2);
  CHECK(training["correct"] == result["test"]["correct"]);
  CHECK(training["total"] == 40);
  CHECK(training["loss"] == result["test"]["loss"]);
  CHECK(training["weights_hash"] == result["weights_hash"]);
  CHECK_THAT(training["tool"].get<std::string>(), Catch::StartsWith("lentil "));
  CHECK_THAT(training["command"].get<std::string>(), Catch::StartsWith("lentil train --data synth:120,40 "));
}

TEST_CASE("full, large and single batches train") {
  const TemporaryFolder folder;
  const auto steps = [&](const std::string& batch) {
    const std::string file = folder.path(batch + ".lentil");
    return run_json(with(train_words(file), {"--batch-size", batch}))["steps"].get<int>();
  };
  CHECK(steps("full") == 1);
  CHECK(steps("0") == 1);
  CHECK(steps("500") == 1);
  CHECK(steps("1") == 120);
  CHECK(steps("50") == 3);
}

TEST_CASE("resume wants a training to go on with") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const Ended missing = run_lentil(with(train_words(file), {"--resume"}));
  CHECK(missing.code == 1);
  CHECK_THAT(missing.err, Contains(file));

  const auto finished = run_json(train_words(file));
  const auto again = run_json({"train", "--resume", "-o", file, "--data", "synth:120,40"});
  CHECK(again["trained"] == false);
  CHECK(again["weights_hash"] == finished["weights_hash"]);
  const Ended more = run_lentil({"train", "--resume", "-o", file, "--data", "synth:120,40", "--epochs", "9"});
  CHECK(more.code == 1);
  CHECK_THAT(more.err, Contains("no interrupted training"));
}

TEST_CASE("what cannot be read or written is told before the training") {
  const TemporaryFolder folder;
  const std::string text = folder.path("notes.txt");
  write_text(text, "no model");
  CHECK_THAT(run_lentil(train_words(text)).err, Contains("no Lentil model") || Contains("cut short"));
  CHECK(run_lentil(train_words(text)).code == 1);
  CHECK(read_text(text) == "no model");

  CHECK(run_lentil(train_words(folder.path(""))).code == 2);
  const Ended nowhere = run_lentil(train_words(folder.path("none/m.lentil")));
  CHECK(nowhere.code == 1);
  CHECK_THAT(nowhere.err, Contains("there is no folder") && !Contains("Train Epoch"));
}

TEST_CASE("data that are missing are told with the names and places that were tried") {
  const TemporaryFolder folder;
  const Ended ended = run_lentil({"train", "--data", folder.path(""), "-o", folder.path("m.lentil")});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.err, Contains("train-images-idx3-ubyte") && Contains("MNIST/raw") && Contains("synth"));
  CHECK(run_lentil({"train", "--data", "synth:0,5", "-o", folder.path("m.lentil")}).code == 1);
}

TEST_CASE("a network that does not exist or does not fit is refused") {
  const TemporaryFolder folder;
  const auto train = [&](const std::string& arch) {
    return run_lentil({"train", "--arch", arch, "--data", "synth:60,20", "-o", folder.path("m.lentil")});
  };
  const Ended slip = train("lenat");
  CHECK(slip.code == 2);
  CHECK_THAT(slip.err, Contains("did you mean 'lenet'?"));
  CHECK_THAT(train("conv 5 k3, rleu").err, Contains("rleu"));
  CHECK_THAT(train("input 1x20x20, flatten, linear 10").err, Contains("20x20") && Contains("28x28"));
  CHECK_THAT(train("flatten, linear 4").err, Contains("label"));
  CHECK(train("flatten, linear 4").code == 1);
}

TEST_CASE("what cannot be trained is told by the names of its layers") {
  const TemporaryFolder folder;
  const auto train = [&](Words words) {
    words.insert(words.begin(), {"train", "--data", "synth:61,20", "-o", folder.path("m.lentil"), "--arch"});
    return run_lentil(words);
  };
  const std::string normed = "flatten, bn, linear 10";
  const Ended alone = train({normed, "--batch-size", "1"});
  CHECK(alone.code == 1);
  CHECK_THAT(alone.err, Contains("cannot be trained: layer 1") && Contains("layer 1 is 'bn1'"));
  const Ended last = train({normed, "--batch-size", "30"});
  CHECK(last.code == 1);
  CHECK_THAT(last.err, Contains("a single image") && Contains("another batch size, or drop the last batch"));
  CHECK(train({normed, "--batch-size", "30", "--drop-last"}).code == 0);
  CHECK_THAT(train({"flatten, linear 10", "--freeze", "fc1", "--force"}).err,
             Contains("cannot be trained: nothing to train") && Contains("frozen"));
}

TEST_CASE("mixed images are trained with, and neither validate nor test") {
  const TemporaryFolder folder;
  const std::string file = folder.path("m.lentil");
  const auto result = run_json(with(train_words(file), {"--mix", "synth:200,10,3", "--validation", "20"}));
  CHECK(result["test"]["total"] == 40);
  CHECK(result["steps"] == 5);  // 300 images, 64 at a time
  const auto training = run_json({"inspect", file})["training"];
  CHECK(training["data"] == "synth:120,40,1 + synth:200,10,3");
  CHECK_THAT(training["command"].get<std::string>(), Contains("--mix synth:200,10,3"));
  CHECK(run_lentil(with(train_words(file), {"--force", "--mix", folder.path("none")})).code == 1);
}

TEST_CASE("train draws its curves, and nothing else changes") {
  const TemporaryFolder folder;
  const std::string svg = folder.path("c.svg"), file = folder.path("m.lentil");
  const auto plain = run_json(train_words(folder.path("plain.lentil")));
  const Ended drawn = run_lentil(with(train_words(file), {"--plot", svg}));
  CHECK(drawn.code == 0);
  CHECK_THAT(drawn.err, Contains("saved " + svg));
  CHECK_THAT(read_text(svg), Contains("on synth:120,40,1</text>") && Contains(">accuracy (%)<") &&
                                 Contains(">train<") && Contains(">test<"));
  CHECK_THAT(drawn.out, Contains(plain["weights_hash"].get<std::string>()));
  CHECK(read_text(file) == read_text(folder.path("plain.lentil")));

  CHECK(run_lentil(with(train_words(file), {"--force", "--quiet", "--plot", svg})).err.empty());

  const Ended again = run_lentil(with(train_words(file), {"--plot", folder.path("d.svg")}));
  CHECK(again.code == 0);
  CHECK_THAT(again.err, Contains("--plot draws a training, and there is none"));
  CHECK(run_lentil(with(train_words(folder.path("n.lentil")), {"--plot", folder.path("c.pdf")})).code == 2);
  const Ended nowhere =
      run_lentil(with(train_words(folder.path("n.lentil")), {"--plot", folder.path("x/c.svg")}));
  CHECK(nowhere.code == 1);
  CHECK(read_text(folder.path("n.lentil")).empty());
}
