#include "runtime/prepare/lines.h"

#include <algorithm>

namespace lentil::preparation {
namespace {

// The map or its mirror about the diagonal: lines are looked for along x.
class Turned {
 public:
  Turned(const Plane& mask, bool turn) : mask_(mask), turn_(turn) {}
  int length() const { return turn_ ? mask_.height : mask_.width; }
  int breadth() const { return turn_ ? mask_.width : mask_.height; }
  std::uint8_t& at(int along, int across) const {
    return turn_ ? mask_.at(across, along) : mask_.at(along, across);
  }
  bool inked(int along, int across) const {
    return across >= 0 && across < breadth() && at(along, across) != 0;
  }

 private:
  const Plane& mask_;
  bool turn_;
};

// Straight from one edge to the other: where it begins and ends, across the map.
struct Line {
  int begin, end;
  int at(int along, int length) const { return begin + (2 * (end - begin) * along + length) / (2 * length); }
};

// First and last inked place of the run through a place.
struct Run {
  int first, last;
  int thickness() const { return last - first + 1; }
};
Run run_at(const Turned& map, int along, int across) {
  Run run{across, across};
  while (map.inked(along, run.first - 1)) --run.first;
  while (map.inked(along, run.last + 1)) ++run.last;
  return run;
}

// Ink all the way, but for a few places.
bool is_inked(const Turned& map, const Line& line) {
  int missing = 0;
  for (int along = 0; along < map.length(); ++along) {
    if (!map.inked(along, line.at(along, map.length())) && ++missing > map.length() / 32) return false;
  }
  return true;
}

// Its usual thickness: the median.
int thickness_of(const Turned& map, const Line& line) {
  std::array<int, kWorkSide + 1> counts{};
  for (int along = 0; along < map.length(); ++along) {
    const int across = line.at(along, map.length());
    if (map.inked(along, across)) ++counts[static_cast<std::size_t>(run_at(map, along, across).thickness())];
  }
  int below = 0;
  for (int thickness = 0; thickness < kWorkSide; ++thickness) {
    below += counts[static_cast<std::size_t>(thickness)];
    if (2 * below > map.length()) return thickness;
  }
  return kWorkSide;
}

void erase(const Turned& map, const Line& line, int thickness) {
  for (int along = 0; along < map.length(); ++along) {
    const int across = line.at(along, map.length());
    if (!map.inked(along, across)) continue;
    const Run run = run_at(map, along, across);
    if (run.thickness() > thickness + 2) continue;
    for (int i = run.first; i <= run.last; ++i) map.at(along, i) = 0;
  }
}

void erase_along(const Turned& map) {
  const int most = std::max(2, map.breadth() / 22), slant = map.length() / 16;
  for (int begin = 0; begin < map.breadth(); ++begin) {
    for (int end = std::max(0, begin - slant); end <= std::min(map.breadth() - 1, begin + slant); ++end) {
      const Line line{begin, end};
      if (!map.inked(0, begin) || !map.inked(map.length() - 1, end) || !is_inked(map, line)) continue;
      const int thickness = thickness_of(map, line);
      if (thickness <= most) erase(map, line, thickness);
    }
  }
}

}  // namespace

void erase_lines(const Plane& mask) {
  erase_along(Turned(mask, false));
  erase_along(Turned(mask, true));
}

}  // namespace lentil::preparation
