#include "formats/host/hold_out.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "formats/host/batches.h"

namespace lentil::formats {
namespace {

Dataset take(const Dataset& from, std::span<std::uint32_t> indices) {
  std::ranges::sort(indices);
  Dataset part{.channels = from.channels,
               .height = from.height,
               .width = from.width,
               .classes = from.classes,
               .pixels = std::vector<std::uint8_t>(indices.size() * from.image_size()),
               .labels = std::vector<std::uint8_t>(indices.size()),
               .name = from.name,
               .sources = from.sources,
               .class_names = from.class_names};
  gather(from, indices, part.pixels, part.labels);
  if (from.pictures.empty()) return part;
  for (const std::uint32_t index : indices) part.pictures.push_back(from.pictures[index]);
  return part;
}

}  // namespace

Outcome<DataSplit> hold_out(Dataset&& train, std::uint32_t count, std::uint64_t seed) {
  if (count == 0) return DataSplit{.train = std::move(train), .test = {}};
  if (count >= train.size()) {
    return Failure{"of the " + std::to_string(train.size()) + " images of " + train.name + ", " +
                   std::to_string(count) + " cannot be held out: at least one must be left to train"};
  }
  std::vector<std::uint32_t> order(train.size());
  std::iota(order.begin(), order.end(), 0u);
  shuffle_order(order, {.seed = seed, .use = kernels::RandomUse::hold_out});
  const std::span<std::uint32_t> all = order;
  return DataSplit{.train = take(train, all.subspan(count)), .test = take(train, all.first(count))};
}

}  // namespace lentil::formats
