// Drawings to files.
#pragma once
#include <string>
#include <variant>

#include "formats/host/outcome.h"
#include "tools/plot/drawing.h"

namespace lentil::plot {

// Whether the name ends as one of the files that save() writes: .png or .svg, in small or capital letters.
bool is_picture_name(const std::string& path);

// PNG or SVG by the ending of the name. After a failure the file holds what it held before. A Failure for
// other endings, and for a PNG file that would be beyond the limits of formats/host/image.h.
formats::Outcome<std::monostate> save(const Drawing& drawing, const std::string& path);

}  // namespace lentil::plot
