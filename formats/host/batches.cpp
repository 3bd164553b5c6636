#include "formats/host/batches.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace lentil::formats {

void shuffle_order(std::span<std::uint32_t> order, std::uint64_t seed, std::uint32_t epoch) {
  shuffle_order(order, {.seed = seed, .use = kernels::RandomUse::shuffle, .step = epoch});
}

Batches::Batches(std::uint32_t images, const BatchOptions& options, BatchCursor start)
    : options_(options), cursor_(start), order_(images) {
  assert(images > 0 && options.batch > 0);
  options_.batch = std::min(options.batch, images);
  usable_ = options_.last == LastBatch::keep ? images : images - images % options_.batch;
  skip_finished_epoch();
  order_epoch();
}

std::span<const std::uint32_t> Batches::next() {
  if (ordered_epoch_ != cursor_.epoch) order_epoch();
  const std::uint32_t count = std::min(options_.batch, usable_ - cursor_.position);
  const auto batch = std::span<const std::uint32_t>(order_).subspan(cursor_.position, count);
  cursor_.position += count;
  skip_finished_epoch();
  return batch;
}

std::uint32_t Batches::batches_per_epoch() const {
  return usable_ / options_.batch + (usable_ % options_.batch != 0);
}

void Batches::order_epoch() {
  std::iota(order_.begin(), order_.end(), 0u);
  if (options_.shuffle) shuffle_order(order_, options_.seed, cursor_.epoch);
  ordered_epoch_ = cursor_.epoch;
}

// Leaves order_ alone: the batch that was handed out last still points into it.
void Batches::skip_finished_epoch() {
  if (cursor_.position >= usable_) cursor_ = {cursor_.epoch + 1, 0};
}

void gather(const Dataset& data, std::span<const std::uint32_t> indices, std::span<std::uint8_t> pixels,
            std::span<std::uint8_t> labels) {
  const std::size_t size = data.image_size();
  assert(pixels.size() >= indices.size() * size && labels.size() >= indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    std::ranges::copy(data.image(indices[i]), pixels.subspan(i * size).begin());
    labels[i] = data.labels[indices[i]];
  }
}

}  // namespace lentil::formats
