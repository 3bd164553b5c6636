// Learning from corrections on a host, in three lines:
//   auto learner = ModelLearner::open("digits.lentil");
//   learner->correct(image, 7);  ...  learner->learn();  learner->save("digits.lentil");
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "formats/host/aligned_bytes.h"
#include "formats/host/picture_input.h"
#include "formats/model_file.h"
#include "formats/slots.h"
#include "runtime/learner.h"

namespace lentil::formats {

struct LearnerSettings {
  std::uint32_t corrections = 256;             // the newest so many are remembered
  std::uint32_t batch = 20;                    // the most images of a step
  std::optional<std::vector<Sample>> known{};  // pictures to replay; nothing: known_samples(file, 100)
  std::vector<std::uint16_t> frozen{};         // layers that keep their weights
  std::uint64_t seed = 1;
  const kernels::KernelTable* kernels = nullptr;  // null: the best ones
  std::uint32_t threads = 1;                      // workers of `parallel`; results do not depend on them
  ParallelFor parallel{};
};

struct Answer {
  std::uint32_t label = 0;  // the likeliest class
  float probability = 0;
};

// Owns a model, its memory and the corrections. Movable.
class ModelLearner {
 public:
  // Fails for a file that cannot be read, and for a network that cannot be trained for classes.
  static Outcome<ModelLearner> open(const std::string& path, const LearnerSettings& settings = {});
  static Outcome<ModelLearner> create(ModelFile file, const LearnerSettings& settings = {});

  // The picture as the network takes it ([C][H][W]) and the class that it shows; the oldest correction makes
  // room if there is none left.
  Outcome<std::monostate> correct(std::span<const std::uint8_t> pixels, std::uint32_t label);
  // The same for a picture of any size, prepared as the file says, if that can be done.
  Outcome<std::monostate> correct(const Image& image, std::uint32_t label);
  std::uint32_t corrections() const { return learner_.corrections(); }

  // Learns from all corrections so far, mixed with known pictures. The report says whether the weights became
  // better; otherwise they stay. Fails if there are no corrections, known pictures do not suit the network,
  // or the numbers run away.
  Outcome<LearnReport> learn(const LearnOptions& options = {});
  std::size_t replayed() const { return known_.size(); }

  // What the weights as they are now see in a picture of any size.
  Outcome<Answer> classify(const Image& image);
  // The same for prepared images, one at a time, or `batch`.
  Session& session() { return learner_.session(); }
  // For formats/slots.h: weights and corrections to be saved and loaded. `base` is the file that was opened.
  Learnt learnt(const FileView& base) { return {base, learner_.trainer(), &learner_}; }

  // The model with the weights as they are now. Outputs of golden samples are new, the description, which
  // told of the old weights, is gone, and the training record has `note` behind its command.
  Outcome<ModelFile> file(const std::string& note) const;
  // Writes that, in one piece: after a failure the file at `path` is what it was.
  Outcome<std::monostate> save(const std::string& path, const std::string& note = "") const;

 private:
  Outcome<Prepared> prepare(const Image& image);  // into prepared_
  ModelLearner(std::unique_ptr<ModelFile> file, Outcome<PictureInput> input, std::vector<Sample> known,
               AlignedBytes arena, const Learner& learner, const kernels::KernelTable& kernels)
      : file_(std::move(file)),
        input_(std::move(input)),
        prepared_(file_->input.count()),
        known_(std::move(known)),
        arena_(std::move(arena)),
        learner_(learner),
        kernels_(&kernels) {}

  std::unique_ptr<ModelFile> file_;  // with the weights that it came with; the learner points to it
  Outcome<PictureInput> input_;
  std::vector<std::uint8_t> prepared_;  // the latest picture
  std::vector<Sample> known_;           // with pixels
  AlignedBytes arena_;
  Learner learner_;
  const kernels::KernelTable* kernels_;
};

}  // namespace lentil::formats
