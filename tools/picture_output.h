// Pictures that commands write.
#pragma once
#include <string>

#include "tools/plot/drawing.h"

namespace lentil::tools {

// Stops if no picture can be written there, or its name does not end as one; `option` names the file.
void check_picture_output(const std::string& path, const std::string& option);

// PNG or SVG by the ending of the name. Stops if that cannot be done, and says on standard error that it was
// unless `quiet`.
void save_picture(const plot::Drawing& drawing, const std::string& path, bool quiet = false);

}  // namespace lentil::tools
