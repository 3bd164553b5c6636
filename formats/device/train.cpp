// lentil_train.
#include "formats/device/network.h"
#include "runtime/plan_data.h"

namespace lentil::device {
namespace {

Error check_labels(std::span<const std::uint8_t> labels, std::size_t classes) {
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= classes) return {Status::label_out_of_range, i, classes, labels[i]};
  }
  return {};
}

Sgd sgd_of(const lentil_sgd& given) {
  Sgd sgd{.momentum = given.momentum, .weight_decay = given.weight_decay, .nesterov = given.nesterov != 0};
  if (given.rate != 0) sgd.rate = given.rate;
  return sgd;
}

}  // namespace
}  // namespace lentil::device

using namespace lentil;
using namespace lentil::device;

lentil_error lentil_train(lentil_network* network, const void* input, size_t input_bytes,
                          const uint8_t* labels, uint32_t images, const lentil_sgd* sgd, lentil_step* step) {
  if (network == nullptr) return missing(0);
  if (input == nullptr) return missing(1);
  if (labels == nullptr) return missing(3);
  if (step == nullptr) return missing(6);
  *step = {};
  if (network->mode() != LENTIL_TRAIN) return wrong_mode(LENTIL_TRAIN, *network);
  if (const Error e = check_input(*network, input_bytes, images); wrong(e)) return to_c(e);
  const std::span known(labels, images);
  if (const Error e = check_labels(known, network->session->output_size()); wrong(e)) return to_c(e);
  const Sgd settings = sgd_of(sgd == nullptr ? lentil_sgd{} : *sgd);
  Trainer& trainer = *network->trainer;
  const StepResult result =
      network->session->plan().input == InputType::uint8
          ? trainer.step(std::span(static_cast<const std::uint8_t*>(input), input_bytes), known, settings)
          : trainer.step(std::span(static_cast<const float*>(input), input_bytes / sizeof(float)), known,
                         settings);
  *step = {result.loss, result.correct};
  return to_c({result.status});
}
