#include "runtime/prepare/blobs.h"

#include <algorithm>

#include "runtime/prepare/lines.h"

namespace lentil::preparation {
namespace {

// Of a map's longer side.
constexpr int kDust = 40;     // 1/40: blobs with a smaller area than its square are dust
constexpr int kMergeGap = 8;  // 1/8 of the digit: farther pieces are something else

class Labels {
 public:
  Labels(const Plane& mask, std::uint16_t* labels, BlobMemory& memory)
      : mask_(mask), labels_(labels), memory_(memory) {}

  // 8-connected blobs of what is not 0, in two passes (Rosenfeld and Pfaltz, 1966).
  void find() {
    memory_.parents[0] = 0;
    for (int y = 0; y < mask_.height; ++y) {
      for (int x = 0; x < mask_.width; ++x)
        label(x, y) = mask_.at(x, y) == 0 ? std::uint16_t{0} : first_label(x, y);
    }
  }

  std::uint16_t root(std::uint16_t label) const {
    while (memory_.parents[label] != label)
      label = memory_.parents[label] = memory_.parents[memory_.parents[label]];
    return label;
  }
  std::uint16_t& label(int x, int y) const { return labels_[y * mask_.width + x]; }
  std::uint16_t count() const { return count_; }

 private:
  std::uint16_t first_label(int x, int y) {
    std::uint16_t found = 0;
    constexpr int kBehind[4][2] = {{-1, 0}, {-1, -1}, {0, -1}, {1, -1}};
    for (const auto& [dx, dy] : kBehind) {
      const int nx = x + dx, ny = y + dy;
      if (nx < 0 || ny < 0 || nx >= mask_.width || label(nx, ny) == 0) continue;
      const std::uint16_t other = root(label(nx, ny));
      if (found == 0) {
        found = other;
      } else if (other != found) {
        memory_.parents[std::max(found, other)] = std::min(found, other);
        found = std::min(found, other);
      }
    }
    if (found != 0) return found;
    ++count_;
    return memory_.parents[count_] = count_;
  }

  const Plane& mask_;
  std::uint16_t* labels_;
  BlobMemory& memory_;
  std::uint16_t count_ = 0;
};

// Blobs that hold a sure pixel and are no dust, from 1 on; labels become their numbers, 0 for all else.
std::size_t gather_blobs(const Plane& ink, int sure, const Plane& mask, std::uint16_t* label_of,
                         BlobMemory& memory) {
  Labels labels(mask, label_of, memory);
  labels.find();
  memory.areas.fill(0);
  for (int i = 0; i < mask.count(); ++i) {
    std::uint16_t& label = label_of[i];
    if (label == 0) continue;
    label = labels.root(label);
    // Two counts in one number: of all pixels, and of the sure ones in units of kWorkPixels.
    memory.areas[label] += 1 + (ink.data[i] >= sure ? kWorkPixels : 0);
  }
  const int least = std::max(4, mask.longer() * mask.longer() / (kDust * kDust));
  std::size_t blobs = 0;
  for (std::size_t root = 1; root <= labels.count(); ++root) {
    const std::int32_t area = memory.areas[root] % kWorkPixels,
                       sure_pixels = memory.areas[root] / kWorkPixels;
    const bool keep = sure_pixels > 0 && area >= least && blobs < kMostBlobs;
    memory.parents[root] = keep ? static_cast<std::uint16_t>(++blobs) : std::uint16_t{0};
    if (keep) memory.blobs[blobs] = {{mask.width, mask.height, 0, 0}, area};
  }
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      std::uint16_t& label = labels.label(x, y);
      label = memory.parents[label];
      if (label != 0) memory.blobs[label].box = join(memory.blobs[label].box, {x, y, x + 1, y + 1});
    }
  }
  return blobs;
}

int root_of(std::int64_t value) {  // floor of the square root
  std::int64_t low = 0, high = 1 << 15;
  while (low + 1 < high) {
    const std::int64_t middle = (low + high) / 2;
    (middle * middle <= value ? low : high) = middle;
  }
  return static_cast<int>(low);
}

int diagonal(const Box& box) {
  return root_of(std::int64_t{box.width()} * box.width() + box.height() * box.height());
}

class Chooser {
 public:
  Chooser(const Plane& mask, std::span<Blob> blobs, const std::uint16_t* labels)
      : mask_(mask), blobs_(blobs), labels_(labels) {}

  Box choose() {
    Blob* best = nullptr;
    std::int64_t most = 0;
    for (Blob& blob : blobs_) {
      const std::int64_t points = score(blob);
      if (points > most) {
        most = points;
        best = &blob;
      }
    }
    if (best == nullptr) return {};
    best->chosen = true;
    Box digit = best->box;
    while (add_piece(digit)) {
    }
    return digit;
  }

 private:
  // Along an edge of the map and slim: a neighbour's stroke, a frame's side, the paper's end.
  bool is_edge_piece(const Blob& blob) const {
    const int slim = mask_.longer() / 10;
    const Box& b = blob.box;
    const bool side =
        (b.left <= 1 || b.right >= mask_.width - 1) && b.width() <= slim && b.width() < mask_.width / 2;
    const bool end =
        (b.top <= 1 || b.bottom >= mask_.height - 1) && b.height() <= slim && b.height() < mask_.height / 2;
    return side || end;
  }

  // Ink along three sides of its box or more, and something inside.
  bool is_frame(const Blob& blob) const {
    const Box& b = blob.box;
    if (b.width() * 10 < mask_.width * 4 || b.height() * 10 < mask_.height * 4) return false;
    const bool around = std::any_of(blobs_.begin(), blobs_.end(), [&](const Blob& other) {
      const Box& o = other.box;
      return &other != &blob && o.longer() * 5 > b.longer() && o.left > b.left && o.top > b.top &&
             o.right < b.right && o.bottom < b.bottom;
    });
    return around && inked_sides(blob) >= 3;
  }

  int inked_sides(const Blob& blob) const {
    const Box& b = blob.box;
    const int band_x = b.width() / 8 + 1, band_y = b.height() / 8 + 1;
    return is_inked(blob, {b.left, b.top, b.left + band_x, b.bottom}, false) +
           is_inked(blob, {b.right - band_x, b.top, b.right, b.bottom}, false) +
           is_inked(blob, {b.left, b.top, b.right, b.top + band_y}, true) +
           is_inked(blob, {b.left, b.bottom - band_y, b.right, b.bottom}, true);
  }

  // Does the blob's ink go along most of a band?
  bool is_inked(const Blob& blob, const Box& band, bool along_x) const {
    const int length = along_x ? band.width() : band.height(),
              breadth = along_x ? band.height() : band.width();
    int inked = 0;
    for (int along = 0; along < length; ++along) {
      bool any = false;
      for (int across = 0; across < breadth && !any; ++across) {
        const int x = band.left + (along_x ? along : across), y = band.top + (along_x ? across : along);
        any = labels_[y * mask_.width + x] == static_cast<std::size_t>(&blob - blobs_.data()) + 1;
      }
      inked += any;
    }
    return inked * 5 > length * 4;
  }

  std::int64_t score(const Blob& blob) const {
    const Box& b = blob.box;
    // From 0 in a corner to 100 in the middle.
    const int dx = std::abs(b.left + b.right - mask_.width) * 100 / mask_.width;
    const int dy = std::abs(b.top + b.bottom - mask_.height) * 100 / mask_.height;
    const int central = 100 - std::max(dx, dy) * 9 / 10;
    std::int64_t points = std::int64_t{diagonal(b)} * root_of(std::int64_t{blob.area} * 256) * central;
    if (is_edge_piece(blob)) points /= 16;
    if (is_frame(blob)) points /= 16;
    return points;
  }

  bool add_piece(Box& digit) {
    for (Blob& blob : blobs_) {
      if (blob.chosen || !belongs(blob, digit)) continue;
      blob.chosen = true;
      digit = join(digit, blob.box);
      return true;
    }
    return false;
  }

  bool belongs(const Blob& blob, const Box& digit) const {
    const Box& b = blob.box;
    const int gap_x = std::max({0, b.left - digit.right, digit.left - b.right});
    const int gap_y = std::max({0, b.top - digit.bottom, digit.top - b.bottom});
    if (gap_x == 0 && gap_y == 0 && !is_frame(blob) && b.longer() <= digit.longer()) return true;
    if (is_edge_piece(blob) || is_frame(blob) || b.longer() * 6 < digit.longer()) return false;
    return std::max(gap_x, gap_y) * kMergeGap <= digit.longer();
  }

  const Plane& mask_;
  std::span<Blob> blobs_;
  const std::uint16_t* labels_;
};

void mark_ink(const Plane& ink, int faint, const Plane& mask) {
  for (int i = 0; i < ink.count(); ++i) mask.data[i] = ink.data[i] >= faint ? 255 : 0;
}

Box choose(const Plane& ink, int sure, const Plane& mask, std::uint16_t* labels, BlobMemory& memory) {
  const std::size_t count = gather_blobs(ink, sure, mask, labels, memory);
  const Box digit = Chooser(mask, std::span(memory.blobs).subspan(1, count), labels).choose();
  for (int i = 0; i < mask.count(); ++i) {
    mask.data[i] = labels[i] != 0 && memory.blobs[labels[i]].chosen ? 255 : 0;
  }
  return digit;
}

}  // namespace

Box choose_digit(const Plane& ink, const Thresholds& thresholds, const Plane& mask, std::uint16_t* labels,
                 BlobMemory& memory) {
  mark_ink(ink, thresholds.faint, mask);
  erase_lines(mask);
  return choose(ink, thresholds.sure, mask, labels, memory);
}

Box choose_within(const Plane& ink, const Thresholds& thresholds, const Plane& allowed, const Plane& mask,
                  std::uint16_t* labels, BlobMemory& memory) {
  mark_ink(ink, thresholds.faint, mask);
  for (int i = 0; i < mask.count(); ++i) mask.data[i] &= allowed.data[i];
  return choose(ink, thresholds.sure, mask, labels, memory);
}

}  // namespace lentil::preparation
