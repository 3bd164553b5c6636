#include "formats/slot_golden.h"

#include <array>
#include <bit>

#include "formats/slot_checks.h"
#include "formats/slot_io.h"
#include "formats/slots.h"
#include "runtime/plan_data.h"

namespace lentil::formats {

std::uint32_t golden_to_record(const FileView& base, const Plan& plan) {
  if (plan.tensors()[plan.output].shape.count() > kMostGoldenOutputs) return 0;
  const bool pixels = plan.input == InputType::uint8;
  for (std::uint32_t i = 0; i < base.golden_count(); ++i) {
    const SampleView sample = base.golden(i);
    if (pixels ? sample.pixels.empty() : sample.values.empty()) return 0;
  }
  return base.golden_count();
}

void run_golden(const FileView& base, std::uint32_t sample, Session& session, std::span<float> outputs) {
  const SampleView view = base.golden(sample);
  if (session.plan().input == InputType::uint8) {
    session.run(view.pixels, outputs);
  } else {
    session.run(view.values, outputs);
  }
}

Result<std::uint32_t> check_golden(const Storage& storage, const FileView& base, Session& session) {
  const SlotsState state = find_learnt(storage, base);
  if (state.newest == kNoSlot) return 0u;
  const auto slot = static_cast<std::uint32_t>(state.newest);
  const SlotHeader& header = state.headers[slot];
  if (header.golden == 0 || header.golden != golden_to_record(base, session.plan())) return 0u;
  if (header.outputs != session.output_size()) return Error{Status::slot_damaged, slot};
  SlotReader recorded(storage, slot, parts_of(storage, slot, base.model(), header).golden);
  std::array<float, kMostGoldenOutputs> memory;
  const auto outputs = std::span(memory).first(header.outputs);
  for (std::uint32_t sample = 0; sample < header.golden; ++sample) {
    run_golden(base, sample, session, outputs);
    for (const float output : outputs) {
      std::uint32_t bits = 0;
      if (!recorded.read(&bits, sizeof(bits))) return recorded.error();
      const auto given = std::bit_cast<std::uint32_t>(output);
      if (bits != given) return Error{Status::golden_mismatch, sample, bits, given};
    }
  }
  return header.golden;
}

}  // namespace lentil::formats
