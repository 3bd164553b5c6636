// The numbers of a model file that need no memory of their own: shared by the view and by the owning form.
#pragma once
#include <cstdint>

namespace lentil::formats {

// One step from a picture to the network's input. model.fbs says what the values of each mean.
enum class StepKind : std::uint8_t {
  invert = 0,
  crop = 1,
  box20 = 2,
  center_of_mass = 3,
  scale = 4,
  normalize = 5,
  pad = 6,
  resize = 7,
  binarize = 8,
  pool = 9,
};
inline constexpr std::uint32_t kStepKinds = 10;

// How the weights came about.
struct TrainingNumbers {
  std::uint64_t seed = 0;
  std::uint32_t epochs = 0;
  std::uint64_t steps = 0;
  std::uint32_t correct = 0, total = 0;  // on the test set
  double loss = 0;                       // mean over the test images
  std::uint64_t weights_hash = 0;
  friend bool operator==(const TrainingNumbers&, const TrainingNumbers&) = default;
};

// Where an interrupted training stopped, and with which settings it goes on.
struct StateNumbers {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;           // steps done
  std::uint32_t epoch = 0;          // in progress, from 0
  std::uint32_t position = 0;       // images of this epoch already used
  std::uint32_t shuffle_epoch = 0;  // keys the order of this epoch's images
  std::uint32_t batch = 0;          // images of a step
  float rate = 0, momentum = 0, weight_decay = 0;
  bool nesterov = false;
  std::uint32_t best_epoch = 0;  // epochs behind when the best weights were found; 0: none yet
  float best_loss = 0;           // theirs, on the images held out
  friend bool operator==(const StateNumbers&, const StateNumbers&) = default;
};

}  // namespace lentil::formats
