// lentil_label, lentil_info.
#include "formats/device/network.h"

using namespace lentil;
using namespace lentil::device;

const char* lentil_label(const lentil_network* network, uint32_t label) {
  if (network == nullptr || label >= network->file.label_count()) return nullptr;
  return network->file.label(label).data();
}

lentil_error lentil_info(const lentil_network* network, lentil_facts* facts) {
  if (network == nullptr) return missing(0);
  if (facts == nullptr) return missing(1);
  const Session& session = *network->session;
  const Shape& input = session.model().input;
  *facts = {.channels = input.channels,
            .height = input.height,
            .width = input.width,
            .outputs = static_cast<std::uint32_t>(session.output_size()),
            .labels = network->file.label_count(),
            .corrections = network->learner == nullptr ? 0 : network->learner->corrections(),
            .steps = network->trainer == nullptr ? 0 : network->trainer->steps_done(),
            .weights_hash = weights_hash(session)};
  return done();
}
