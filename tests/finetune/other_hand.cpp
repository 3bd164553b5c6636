// Writes a data set in the simulated other hand: lentil_other_hand ROOT FOLDER
#include "tests/finetune/other_hand.h"

#include <cstdio>

int main(int argc, char** argv) {
  using namespace lentil;
  if (argc != 3) return std::fprintf(stderr, "lentil_other_hand ROOT FOLDER\n"), 2;
  const auto data = formats::load_dataset(argv[1]);
  if (!data) return std::fprintf(stderr, "%s\n", data.error().message.c_str()), 1;
  for (const auto& [half, prefix] : {std::pair{&data->train, "train"}, std::pair{&data->test, "t10k"}}) {
    const auto written = test::write_other_hand(*half, half->size(), argv[2], prefix);
    if (!written) return std::fprintf(stderr, "%s\n", written.error().message.c_str()), 1;
  }
}
