// Walking a model's layers: who reads whom, and what can run together.
#pragma once
#include <span>

#include "kernels/args.h"
#include "runtime/model.h"
#include "runtime/plan_data.h"

namespace lentil {

// The i-th input of a layer: an earlier layer or kNetworkInput. No list means the layer before.
std::int32_t layer_input(const Layer& layer, std::uint32_t index, std::size_t i = 0);
inline std::size_t input_count(const Layer& layer) { return layer.inputs.empty() ? 1 : layer.inputs.size(); }

// The only layer that reads `index`, or kNoIndex if there is none or more than one. `uses` counts readers.
std::uint16_t only_reader(const Model& model, std::span<const std::uint16_t> uses, std::uint32_t index);

// Whether the plan trains this layer.
bool learns(const Model& model, const PlanOptions& options, std::uint32_t layer);

// A layer with what follows it and can run in the same step. The canonical order is layer, batch-norm
// (folded), pool, channel dropout, activation, dropout: docs/numerics.md 5 says which swaps keep the bits.
struct Group {
  std::uint16_t batch_norm = kNoIndex, pool = kNoIndex, dropout = kNoIndex, activation_layer = kNoIndex;
  kernels::Activation activation = kernels::Activation::none;

  bool empty() const {
    return batch_norm == kNoIndex && pool == kNoIndex && dropout == kNoIndex && activation_layer == kNoIndex;
  }
};

// `absorb(layer)` is called for every layer that the group takes in, in order; the last one's output is the
// group's output.
template <class Absorb>
Group gather_group(const Model& model, const PlanOptions& options, std::span<const std::uint16_t> uses,
                   std::uint32_t index, Absorb absorb);

// none for a layer that is no activation.
kernels::Activation activation_of(LayerType type);

// Takes layer `index` into the group if it may join; `head` is the type of the group's first layer.
bool join_group(Group& group, LayerType head, const Model& model, std::uint16_t index,
                const PlanOptions& options);

template <class Absorb>
Group gather_group(const Model& model, const PlanOptions& options, std::span<const std::uint16_t> uses,
                   std::uint32_t index, Absorb absorb) {
  Group group;
  const LayerType head = model.layer(index).type;
  std::uint16_t next = only_reader(model, uses, index);
  while (next != kNoIndex && join_group(group, head, model, next, options)) {
    absorb(next);
    next = only_reader(model, uses, next);
  }
  return group;
}

}  // namespace lentil
