// What a few steps make of a network with branches, joins and batch-norm.
#include <array>

#include "runtime/trainer.h"
#include "tests/contract/contract_hashes.h"
#include "tests/contract/graph_network.h"

namespace lentil::contract {

void graph_training_hashes(const kernels::KernelTable& table, std::span<std::byte> memory,
                           const Report& report) {
  constexpr const char* kTopic = "graph_4_steps";
  Pieces pieces(memory);
  const GraphNetwork network(pieces);
  const Model model = network.model();
  const std::array frozen{kGraphFrozen};
  const auto made = plan(model, {.mode = Mode::train, .batch = kGraphBatch, .frozen = frozen},
                         pieces.bytes(plan_memory_bytes(model)));
  if (!made) return report(kTopic, "plan", static_cast<std::uint64_t>(made.error().status));
  auto trainer = Trainer::create(model, **made, table, pieces.bytes(arena_bytes(**made)), kGraphSteps);
  if (!trainer) return report(kTopic, "create", static_cast<std::uint64_t>(trainer.error().status));
  Hash losses;
  for (std::uint32_t step = 0; step < kGraphSteps; ++step) {
    Pieces data = pieces;
    const auto x = data.random(kGraphBatch * kGraphInput.count(), 300 + step);
    std::array<std::uint8_t, kGraphBatch> labels{};
    for (std::uint32_t b = 0; b < kGraphBatch; ++b) labels[b] = graph_label(step, b);
    const StepResult result = trainer->step(x, labels, {.rate = 0.05f, .momentum = 0.9f});
    if (result.status != Status::ok) return report(kTopic, "step", static_cast<std::uint64_t>(result.status));
    losses.add(result.loss);
  }
  report(kTopic, "losses", losses.value());
  report(kTopic, "weights", weights_hash(trainer->session()));
}

}  // namespace lentil::contract
