// The base's golden samples, as a slot records their outputs.
#pragma once
#include "formats/model_view.h"
#include "runtime/session.h"

namespace lentil::formats {

// How many a slot records: all of them, or none if one is of another kind than the plan's input, or if the
// outputs of one have no room in the scratch.
std::uint32_t golden_to_record(const FileView& base, const Plan& plan);

void run_golden(const FileView& base, std::uint32_t sample, Session& session, std::span<float> outputs);

}  // namespace lentil::formats
