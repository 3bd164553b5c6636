#include "formats/host/model_learner.h"

#include <algorithm>
#include <utility>

#include "formats/host/samples.h"
#include "runtime/answer.h"

namespace lentil::formats {
namespace {

constexpr std::uint32_t kReplayed = 100;  // docs/finetune.md: more help little

Failure failure(const Error& error) { return {"this network cannot learn: " + explain(error)}; }

}  // namespace

Outcome<ModelLearner> ModelLearner::open(const std::string& path, const LearnerSettings& settings) {
  auto file = load_model_file(path);
  if (!file) return file.error();
  return create(std::move(*file), settings);
}

Outcome<ModelLearner> ModelLearner::create(ModelFile file, const LearnerSettings& settings) {
  auto owned = std::make_unique<ModelFile>(std::move(file));
  const Model model = owned->model();
  std::vector<Sample> known = settings.known ? *settings.known : known_samples(*owned, kReplayed);
  AlignedBytes memory(plan_memory_bytes(model));
  const auto made = plan(model,
                         {.mode = Mode::train,
                          .input = InputType::uint8,
                          .batch = settings.batch,
                          .threads = settings.threads,
                          .frozen = settings.frozen},
                         memory);
  if (!made) return failure(made.error());
  const LearnerLimits limits{settings.corrections, static_cast<std::uint32_t>(known.size())};
  AlignedBytes arena(static_cast<std::size_t>(learner_bytes(model, **made, limits)));
  const auto* kernels = settings.kernels != nullptr ? settings.kernels : kernels::cpu().table;
  if (kernels == nullptr) return Failure{"LENTIL_ISA asks for an instruction set that is not there"};
  const auto learner =
      Learner::create(model, **made, *kernels, arena, limits, settings.seed, settings.parallel);
  if (!learner) return failure(learner.error());
  auto input = PictureInput::of(*owned);
  return ModelLearner(std::move(owned), std::move(input), std::move(known), std::move(arena), *learner,
                      *kernels);
}

Outcome<std::monostate> ModelLearner::correct(std::span<const std::uint8_t> pixels, std::uint32_t label) {
  const std::string picture = "the corrected picture ";
  switch (learner_.correct(pixels, label)) {
    case Status::wrong_size:
      return Failure{picture + "has " + std::to_string(pixels.size()) + " values, and the network takes " +
                     std::to_string(file_->input.count())};
    case Status::label_out_of_range:
      return Failure{picture + "is of class " + std::to_string(label) + ", and the network tells " +
                     std::to_string(learner_.session().output_size()) + " classes apart"};
    default:
      return std::monostate{};
  }
}

Outcome<Prepared> ModelLearner::prepare(const Image& image) {
  if (!input_) return input_.error();
  return (*input_)(image, prepared_);
}

Outcome<std::monostate> ModelLearner::correct(const Image& image, std::uint32_t label) {
  if (const auto prepared = prepare(image); !prepared) return prepared.error();
  return correct(std::span<const std::uint8_t>(prepared_), label);
}

Outcome<Answer> ModelLearner::classify(const Image& image) {
  if (const auto prepared = prepare(image); !prepared) return prepared.error();
  std::vector<float> outputs(session().output_size());
  const Status status = session().run(std::span<const std::uint8_t>(prepared_), outputs);
  if (status != Status::ok) return Failure{std::string("the network cannot be run: ") + status_name(status)};
  to_probabilities(session().model(), outputs);
  const std::size_t best = answer(outputs);
  return Answer{static_cast<std::uint32_t>(best), outputs[best]};
}

Outcome<LearnReport> ModelLearner::learn(const LearnOptions& options) {
  const Replay replay{&known_,
                      [](const void* source, std::uint32_t index) {
                        const Sample& sample = (*static_cast<const std::vector<Sample>*>(source))[index];
                        return ReplaySample{sample.pixels, sample.label};
                      },
                      static_cast<std::uint32_t>(known_.size())};
  const LearnReport report = learner_.learn(replay, options);
  if (report.status == Status::wrong_size || report.status == Status::label_out_of_range)
    return Failure{"nothing was learnt: a known picture does not suit the network, by its size or its class"};
  if (report.status != Status::ok)
    return Failure{"nothing was learnt: " + explain({.status = report.status})};
  return report;
}

Outcome<ModelFile> ModelLearner::file(const std::string& note) const {
  ModelFile file = *file_;
  take_weights(learner_.session(), file);
  if (const auto renewed = renew_golden(*kernels_, file); !renewed) return renewed.error();
  forget_old_weights(file, note.empty() ? std::to_string(corrections()) + " corrections learnt" : note);
  return file;
}

Outcome<std::monostate> ModelLearner::save(const std::string& path, const std::string& note) const {
  const auto learnt = file(note);
  if (!learnt) return learnt.error();
  return save_model_file(path, *learnt);
}

}  // namespace lentil::formats
