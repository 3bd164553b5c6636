#include "tools/machine.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "runtime/plan_data.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

const kernels::KernelTable& choose_kernels() {
  const kernels::CpuKernels choice = kernels::cpu();
  if (choice.choice != kernels::IsaChoice::ok) reject(isa_problem(choice));
  return *choice.table;
}

// People know layers by their names.
std::string explain(const Error& error, const Model& model) {
  std::string text = formats::explain(error);
  if (!text.starts_with("layer ") || error.where >= model.layer_count) return text;
  return text + fmt::format(" (layer {} is '{}')", error.where, model.layer(error.where).name);
}

const Plan* make_plan(const Model& model, const PlanOptions& options, std::span<std::byte> memory) {
  const auto made = plan(model, options, memory);
  if (made) return *made;
  fail(fmt::format("this network cannot be {}: {}", options.mode == Mode::train ? "trained" : "run",
                   explain(made.error(), model)));
}

}  // namespace

std::string isa_problem(const kernels::CpuKernels& choice) {
  if (choice.choice == kernels::IsaChoice::ok) return {};
  std::vector<std::string> all, usable;
  for (const kernels::Isa& isa : kernels::isas()) {
    all.emplace_back(isa.name);
    if (isa.supported()) usable.emplace_back(isa.name);
  }
  const bool unknown = choice.choice == kernels::IsaChoice::unknown;
  return fmt::format("LENTIL_ISA={}: {}{}. This build knows {}; this processor runs {}", choice.requested,
                     unknown ? "no instruction set of this name" : "not supported by this processor",
                     unknown ? did_you_mean(choice.requested, all) : "", join(all, ", "), join(usable, ", "));
}

Machine::Machine(std::uint32_t threads) : Machine(choose_kernels(), threads) {}

Machine::Machine(const kernels::KernelTable& kernels, std::uint32_t threads)
    : kernels_(kernels), pool_(threads) {}

OwnedPlan::OwnedPlan(const Model& model, const PlanOptions& options)
    : memory_(plan_memory_bytes(model)), plan_(make_plan(model, options, memory_)) {}

OwnedSession::OwnedSession(Machine& machine, const Model& model, PlanOptions options)
    : OwnedSession(machine, model, OwnedPlan(model, (options.threads = machine.threads(), options))) {}

OwnedSession::OwnedSession(Machine& machine, const Model& model, const OwnedPlan& plan)
    : arena_(arena_bytes(*plan)),
      session_(need(Session::create(model, *plan, machine.kernels(), arena_, machine.hook()),
                    "this network cannot be run")) {}

std::size_t output_count(const Model& model) {
  const OwnedPlan plan(model, {});
  return plan->tensors()[plan->output].shape.count();
}

formats::TestResult test_model(Machine& machine, const formats::ModelFile& file, const formats::Dataset& data,
                               std::uint32_t batch) {
  const auto most = std::clamp<std::size_t>(data.size(), 1, batch);
  OwnedSession session(machine, file.model(),
                       {.input = InputType::uint8, .batch = static_cast<std::uint32_t>(most)});
  return need(formats::test(*session, data));
}

std::string hash_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace lentil::tools
