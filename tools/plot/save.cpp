#include "tools/plot/save.h"

#include <algorithm>
#include <span>

#include "formats/host/file_io.h"
#include "tools/plot/raster.h"
#include "tools/plot/svg.h"

namespace lentil::plot {
namespace {

bool ends_with(const std::string& path, std::string_view ending) {
  const auto same = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b); };
  return path.size() > ending.size() && std::equal(ending.rbegin(), ending.rend(), path.rbegin(),
                                                   [&](char b, char a) { return same(a, b); });
}

}  // namespace

bool is_picture_name(const std::string& path) { return ends_with(path, ".png") || ends_with(path, ".svg"); }

formats::Outcome<std::monostate> save(const Drawing& drawing, const std::string& path) {
  if (ends_with(path, ".svg")) {
    const std::string text = to_svg(drawing);
    return formats::write_file_atomically(path, std::as_bytes(std::span(text)));
  }
  if (!ends_with(path, ".png"))
    return formats::Failure{path + ": pictures are written as .svg or .png; end the name so"};
  if (!fits_raster(drawing))
    return formats::Failure{path +
                            ": the picture would be too large for PNG; show less of it, or write .svg"};
  return formats::write_png(path, to_image(drawing));
}

}  // namespace lentil::plot
