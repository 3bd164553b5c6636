// Prints the tables of docs/robustness.md: lentil_robustness DATA MODEL...
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/robustness/reading.h"

namespace {

using namespace lentil;
using namespace lentil::formats;
using test::Score;

std::string percent(std::uint32_t right, std::uint32_t total) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f %%", total == 0 ? 0 : 100.0 * right / total);
  return text;
}

void print_head(const std::string& first, const std::vector<ModelFile>& models) {
  std::string head = "| " + first, line = "|---";
  for (const ModelFile& model : models) {
    head += " | " + model.name + " | without preparation";
    line += "|---:|---:";
  }
  std::printf("%s |\n%s|\n", head.c_str(), line.c_str());
}

void print_row(const std::string& name, const std::vector<Score>& scores) {
  std::string row = "| " + name;
  for (const Score& s : scores) row += " | " + percent(s.prepared, s.total) + " | " + percent(s.raw, s.total);
  std::printf("%s |\n", row.c_str());
}

void print_changes(const std::vector<ModelFile>& models, const Dataset& data) {
  print_head("MNIST's " + std::to_string(data.size()) + " test images", models);
  for (const test::Change& change : test::changes()) {
    std::vector<Score> scores;
    for (const ModelFile& model : models)
      scores.push_back(read_changed(model, data, change, static_cast<std::uint32_t>(data.size())));
    print_row(change.name, scores);
  }
}

void print_photos(const std::vector<ModelFile>& models, const std::string& folder) {
  std::map<std::string, std::vector<Score>> kinds;
  std::vector<Score> all(models.size());
  for (std::size_t m = 0; m < models.size(); ++m) {
    const auto scores = test::read_photos(models[m], folder);
    if (!scores) throw std::runtime_error(scores.error().message);
    for (const auto& [kind, score] : *scores) {
      kinds[kind].push_back(score);
      if (kind == test::kPrinted) continue;
      all[m].prepared += score.prepared;
      all[m].raw += score.raw;
      all[m].total += score.total;
    }
  }
  print_head("real pictures", models);
  for (const auto& [kind, scores] : kinds)
    print_row(kind + " (" + std::to_string(scores[0].total) + ")", scores);
  print_row("**all handwritten (" + std::to_string(all[0].total) + ")**", all);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3) throw std::runtime_error("usage: lentil_robustness DATA MODEL...");
    const std::string root = argv[1];
    std::vector<ModelFile> models;
    for (int i = 2; i < argc; ++i) {
      auto model = load_model_file(argv[i]);
      if (!model) throw std::runtime_error(model.error().message);
      const std::string path = argv[i];
      models.push_back(std::move(*model));
      models.back().name = path.substr(path.find_last_of('/') + 1);
    }
    const auto data = load_dataset(root + "/mnist");
    if (!data) throw std::runtime_error(data.error().message);
    print_changes(models, data->test);
    std::printf("\n");
    print_photos(models, root + "/photos");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
