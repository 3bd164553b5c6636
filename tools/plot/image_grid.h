// Many small pictures with captions: filters, feature maps, digits.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tools/plot/drawing.h"
#include "tools/plot/shades.h"

namespace lentil::plot {

struct Picture {
  std::uint32_t width = 0, height = 0;
  std::vector<float> values;  // [height][width]
  std::string caption;        // below it
};

// Pictures that belong together: a scale over all means all of these.
struct PictureGroup {
  std::string title;  // above them; empty: none
  std::vector<Picture> pictures;
};

struct ImageGrid {
  std::string title;
  std::vector<PictureGroup> groups;
  Scale scale = Scale::each;
  std::uint32_t columns = 0;  // pictures beside each other; 0: as many as a page takes
  bool shows_range = false;   // the values of black and white: below each picture, or of a group
};

// The range that becomes black to white in one of a group's pictures.
Range range_of(const PictureGroup& group, const Picture& picture, Scale scale);

Drawing draw(const ImageGrid& grid);

}  // namespace lentil::plot
