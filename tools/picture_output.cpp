#include "tools/picture_output.h"

#include <fmt/format.h>

#include "tools/output.h"
#include "tools/output_file.h"
#include "tools/plot/save.h"
#include "tools/stop.h"

namespace lentil::tools {

void check_picture_output(const std::string& path, const std::string& option) {
  if (!plot::is_picture_name(path)) {
    reject(fmt::format("{} {}: pictures are written as PNG or SVG; let the name end with .png or .svg",
                       option, path));
  }
  check_output(path, option);
}

void save_picture(const plot::Drawing& drawing, const std::string& path, bool quiet) {
  need(plot::save(drawing, path));
  if (!quiet) print_note("saved " + path);
}

}  // namespace lentil::tools
