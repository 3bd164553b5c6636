#include "tools/memory_map.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

#include "formats/host/aligned_bytes.h"
#include "runtime/plan_notes.h"
#include "tools/machine.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

// Plans again and keeps the notes: a plan has the offsets, but not the times that led to them.
class MapMaker {
 public:
  MapMaker(const Model& model, const PlanOptions& options)
      : checked_(model, options), memory_(plan_memory_bytes(model)), notes_(model, options, memory_.data()) {
    const Error error = lay_out(notes_);
    if (error.status != Status::ok) fail("this network cannot be planned: " + formats::explain(error));
  }

  std::vector<MemoryRange> ranges() {
    const Plan& plan = *notes_.plan;
    const auto base = static_cast<std::uint32_t>(round_up(plan.own_bytes(), plan.alignment));
    std::vector<MemoryRange> result{make_range("plan", 0, base, 0, last_time())};
    for (std::size_t i = 0; i < notes_.interval_count; ++i) {
      const Interval& interval = notes_.intervals[i];
      result.push_back(
          make_range(owner(interval.target), interval.offset, interval.bytes, interval.first, interval.last));
    }
    if (!notes_.train() && plan.threads > 1) {
      result.push_back(make_range("the other workers' outputs", base + plan.worker_bytes,
                                  plan.worker_bytes * (plan.threads - 1u), 0, last_time()));
    }
    std::stable_sort(result.begin(), result.end(), [](const MemoryRange& a, const MemoryRange& b) {
      return std::tie(a.offset, a.bytes) < std::tie(b.offset, b.bytes);
    });
    return result;
  }

 private:
  MemoryRange make_range(std::string what, std::uint32_t offset, std::uint32_t bytes, std::size_t first,
                         std::size_t last) const {
    if (first == 0 && last >= last_time()) return {std::move(what), offset, bytes, "always", "always"};
    return {std::move(what), offset, bytes, time_text(first), time_text(last)};
  }

  std::size_t last_time() const { return notes_.train() ? notes_.backward_time(0) : notes_.loss_time(); }

  std::string step_name(std::size_t step) const {
    const std::uint16_t layer = notes_.steps[step].layer;
    if (layer == kNoIndex) return "pixels";
    const std::string name(notes_.model.layer(layer).name);
    return name.empty() ? fmt::format("layer {}", layer) : name;
  }

  std::string time_text(std::size_t time) const {
    const std::size_t loss = notes_.loss_time();
    if (time < loss) return step_name(time) + " forward";
    if (!notes_.train()) return "end";
    return time == loss ? "loss" : step_name(std::min(2 * loss - time, loss - 1)) + " backward";
  }

  // Which field the planner was to write the offset to.
  std::string owner(std::uint32_t target) const {
    const auto is = [&](const std::uint32_t& field) {
      return reinterpret_cast<const std::byte*>(&field) - notes_.memory == std::ptrdiff_t{target};
    };
    for (std::size_t s = 0; s < notes_.plan->step_count; ++s) {
      const Step& step = notes_.steps[s];
      if (is(step.parameters)) return step_name(s) + " weights";
      if (is(step.velocity)) return step_name(s) + " velocity";
      if (is(step.prepared)) return step_name(s) + " prepared weights";
      if (is(step.saved)) return step_name(s) + " saved for backward";
      if (is(step.forward_workspace)) return step_name(s) + " forward workspace";
      if (is(step.backward_workspace)) return step_name(s) + " backward workspace";
      if (is(notes_.tensors[step.output].value)) return step_name(s) + " output";
      if (is(notes_.tensors[step.output].gradient)) return step_name(s) + " output's gradient";
    }
    return is(notes_.plan->losses) ? "losses" : "unknown";
  }

  OwnedPlan checked_;  // refuses what cannot be planned, before the notes are taken
  formats::AlignedBytes memory_;
  PlanNotes notes_;
};

}  // namespace

std::vector<MemoryRange> memory_map(const Model& model, const PlanOptions& options) {
  return MapMaker(model, options).ranges();
}

std::string memory_text(const std::vector<MemoryRange>& ranges) {
  std::size_t width = 4;
  for (const MemoryRange& range : ranges) width = std::max(width, range.what.size());
  std::string text = fmt::format("  {:>11}  {:>11}  {:<{}}  in use\n", "offset", "bytes", "what", width);
  for (const MemoryRange& r : ranges) {
    text += fmt::format("  {:>11}  {:>11}  {:<{}}  {}\n", grouped(r.offset), grouped(r.bytes), r.what, width,
                        r.from == r.to ? r.from : r.from + " to " + r.to);
  }
  return text;
}

}  // namespace lentil::tools
