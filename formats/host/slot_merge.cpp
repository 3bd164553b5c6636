#include "formats/host/slot_merge.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "formats/host/samples.h"
#include "formats/slot_view.h"

namespace lentil::formats {
namespace {

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(a, b, [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

ModelFile with_weights(const FileView& base, const SlotView& slot, const std::string& path) {
  ModelFile file = to_model_file(base);
  const Model model = slot.model();
  for (std::uint32_t layer = 0; layer < model.layer_count; ++layer) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto values = model.layer(layer).tensors[s];
      file.layers[layer].tensors[s].assign(values.begin(), values.end());
    }
  }
  forget_old_weights(file, "save " + std::to_string(slot.header().sequence) + " of " + path);
  return file;
}

}  // namespace

Outcome<MergedSlot> merge_newest_slot(const FileView& base, std::span<const SlotFile> slots,
                                      const kernels::KernelTable& kernels) {
  std::optional<SlotView> newest;
  MergedSlot merged;
  for (const SlotFile& slot : slots) {
    const auto view = open_slot(base, {slot.bytes.data(), slot.bytes.size()});
    if (!view) {
      merged.passed_over +=
          (merged.passed_over.empty() ? "" : "; ") + ("'" + slot.path + "': ") + explain(view.error());
    } else if (!newest || is_later(view->header().sequence, newest->header().sequence)) {
      newest = *view;
      merged.path = slot.path;
    }
  }
  if (!newest) return Failure{"nothing that was learnt can be used: " + merged.passed_over};
  merged.header = newest->header();
  merged.file = with_weights(base, *newest, merged.path);
  if (const auto renewed = renew_golden(kernels, merged.file); !renewed) return renewed.error();
  for (std::uint32_t i = 0; i < merged.header.golden && i < merged.file.golden.size(); ++i) {
    if (!same_bits(newest->golden(i), merged.file.golden[i].outputs))
      return Failure{"'" + merged.path + "': " + explain({.status = Status::golden_mismatch, .where = i})};
    ++merged.golden_checked;
  }
  return merged;
}

}  // namespace lentil::formats
