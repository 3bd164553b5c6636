// Whether the state of an interrupted training makes sense. Embedded-safe.
#pragma once
#include "formats/model_view.h"
#include "runtime/status.h"

namespace lentil::formats {

// Status::ok or the first thing that is wrong, also without a state. The layers must have been checked.
Error check_state(const FileView& file, const Model& model);

}  // namespace lentil::formats
