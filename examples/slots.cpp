// What a program learns is kept beside its model, in two files that survive a power cut:
//   slots MODEL PICTURE CLASS      corrects, learns, saves
//   slots MODEL PICTURE undo       goes back one save
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "formats/host/file_io.h"
#include "formats/host/image.h"
#include "formats/host/model_learner.h"
#include "formats/host/slot_files.h"
#include "formats/model_reader.h"

using namespace lentil::formats;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto bytes = read_file_aligned(argv[1]);
  const auto image = read_image(argv[2]);
  auto learner = ModelLearner::open(argv[1], {.corrections = 64});
  if (!bytes || !image || !learner) return 1;
  const auto base = open_model(*bytes);
  if (!base) return 1;

  const auto need = slot_bytes(*base, learner->session().plan(), {.corrections = 64});
  const auto files = SlotFiles::open("learnt.a", "learnt.b", static_cast<std::uint32_t>(need));
  if (!files || !load_learnt(files->storage(), learner->learnt(*base))) return 1;
  const auto before = learner->classify(*image);
  if (std::string_view(argv[3]) == "undo") {
    if (!undo_learnt(files->storage(), learner->learnt(*base))) return 1;
  } else if (!learner->correct(*image, static_cast<std::uint32_t>(std::atoi(argv[3]))) || !learner->learn() ||
             !save_learnt(files->storage(), learner->learnt(*base))) {
    return 1;
  }
  const auto after = learner->classify(*image);
  if (!before || !after) return 1;
  std::printf("%u, then %u (%u corrections)\n", before->label, after->label, learner->corrections());
}
