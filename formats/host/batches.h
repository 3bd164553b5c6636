// The order in which a training run sees its images: seeded, the same on every machine, and able to
// continue anywhere.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "formats/host/dataset.h"
#include "runtime/shuffle.h"

namespace lentil::formats {

// What happens to the images that do not fill the last batch of an epoch.
enum class LastBatch : std::uint8_t { keep, drop };

struct BatchOptions {
  std::uint32_t batch = 64;  // 1: stochastic; as many as there are images, or more: full batch
  std::uint64_t seed = 0;    // of the order; each epoch has its own
  bool shuffle = true;       // false: the images in their own order
  LastBatch last = LastBatch::keep;
};

// The place of the next batch: save it, and a new Batches with the same options goes on from there.
struct BatchCursor {
  std::uint32_t epoch = 0;
  std::uint32_t position = 0;  // images of this epoch's order that are behind
  friend bool operator==(const BatchCursor&, const BatchCursor&) = default;
};

class Batches {
 public:
  // At least one image and a batch of at least 1. A cursor at or behind the end means the next epoch.
  Batches(std::uint32_t images, const BatchOptions& options, BatchCursor start = {});

  // The images of the next batch, which belong to the epoch that cursor() names before the call. After an
  // epoch's last batch the next one begins by itself. The span holds until the next call.
  std::span<const std::uint32_t> next();

  const BatchCursor& cursor() const { return cursor_; }
  // Images that one epoch gives: all, or a multiple of the batch if the last short batch is dropped.
  std::uint32_t images_per_epoch() const { return usable_; }
  std::uint32_t batches_per_epoch() const;

 private:
  void order_epoch();
  void skip_finished_epoch();

  BatchOptions options_;
  BatchCursor cursor_;
  std::uint32_t usable_;
  std::uint32_t ordered_epoch_ = 0;  // the epoch that order_ is for
  std::vector<std::uint32_t> order_;
};

using lentil::shuffle_order;
// The order of an epoch: RandomUse::shuffle with step = epoch.
void shuffle_order(std::span<std::uint32_t> order, std::uint64_t seed, std::uint32_t epoch);

// Copies the named images one after the other; `pixels` holds indices.size() * data.image_size() bytes
// and `labels` indices.size().
void gather(const Dataset& data, std::span<const std::uint32_t> indices, std::span<std::uint8_t> pixels,
            std::span<std::uint8_t> labels);

}  // namespace lentil::formats
