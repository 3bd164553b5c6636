// The checks for sense that follow FlatBuffers' own verification. Embedded-safe.
#pragma once
#include "formats/model_view.h"
#include "runtime/status.h"

namespace lentil::formats {

// Status::ok or the first thing that is wrong. All offsets inside the file must have been verified.
Error check_contents(const FileView& file, const fbs::ModelFile& root);

}  // namespace lentil::formats
