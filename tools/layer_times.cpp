#include "tools/layer_times.h"

#include <algorithm>

#include "formats/export/layer_text.h"
#include "runtime/op.h"
#include "tools/fma_peak.h"
#include "tools/multiply_adds.h"
#include "tools/stop.h"
#include "tools/text.h"
#include "tools/timing.h"

namespace lentil::tools {
namespace {

constexpr double kSliceSeconds = 0.02;  // between two looks at the peak

std::string layers_of(const Model& model, const Step& step) {
  if (step.layer == kNoIndex) return "pixels";
  std::vector<std::string> names;
  for (const std::uint16_t index :
       {step.layer, step.batch_norm, step.pool, step.dropout, step.activation_layer}) {
    if (index == kNoIndex) continue;
    const Layer layer = model.layer(index);
    names.push_back(layer.name.empty() ? formats::type_name(layer) : std::string(layer.name));
  }
  return join(names, ", ");
}

// What Session::run does, with a clock in between.
class StepRunner {
 public:
  StepRunner(const Model& model, const PlanOptions& options)
      : model_(model),
        plan_(model, options),
        arena_(arena_bytes(*plan_)),
        session_(
            need(Session::create(model, *plan_, machine_.kernels(), arena_), "this network cannot be run")),
        times_(steps().size()) {}

  Machine& machine() { return machine_; }
  std::span<const Step> steps() const { return plan_->steps(); }
  std::vector<float>& times(std::size_t step) { return times_[step]; }
  std::string kernel_of(const Step& step) {
    const OpDef& op = op_of(step);
    if (op.way == nullptr) return "";
    return op.way(make_context(*plan_, model_, machine_.kernels(), arena_.data(), step, nullptr, 0));
  }

  template <class T>
  void run(std::span<const T> input) {
    const std::size_t image = input.size() / plan_->batch;
    for (std::vector<float>& times : times_) times.push_back(0);
    for (std::uint32_t first = 0; first < plan_->batch; first += kImagesTogether)
      run_few(input.data() + first * image, std::min(kImagesTogether, plan_->batch - first));
  }

 private:
  void run_few(const void* input, std::uint32_t images) {
    for (std::size_t i = 0; i < steps().size(); ++i) {
      const Stopwatch watch;
      const OpContext context =
          make_context(*plan_, model_, machine_.kernels(), arena_.data(), steps()[i], input, images);
      op_of(steps()[i]).forward(context, 0, images, 0);
      times_[i].back() += static_cast<float>(watch.seconds());
    }
  }

  Machine machine_{1};
  Model model_;
  OwnedPlan plan_;
  formats::AlignedBytes arena_;
  Session session_;  // has laid the prepared weights into the arena
  std::vector<std::vector<float>> times_;
};

}  // namespace

LayerTimes time_layers(const formats::ModelFile& file, const BenchImages& images, Goal goal,
                       std::uint32_t batch, double seconds) {
  const Model model = file.model();
  StepRunner runner(model, {.goal = goal, .input = images.type(), .batch = batch});
  const Stopwatch all;
  std::size_t calls = 0;
  const auto slice = [&](double slice_seconds) {
    const Stopwatch watch;
    do images.with_input(calls++, [&](auto input) { runner.run(input); });
    while (watch.seconds() < slice_seconds);
    return watch.seconds();
  };
  FmaPeak peak(runner.machine(), slice(0));
  do {
    peak.probe();
    slice(kSliceSeconds);
  } while (all.seconds() < seconds);
  LayerTimes result{.steps = {}, .total = 0, .peak = peak.per_second()};
  const std::vector<std::uint64_t> counts = layer_multiply_adds(model);
  for (std::size_t i = 0; i < runner.steps().size(); ++i) {
    const Step& step = runner.steps()[i];
    const double time = median(runner.times(i));
    result.steps.push_back({layers_of(model, step), runner.kernel_of(step),
                            step.layer == kNoIndex ? 0 : counts[step.layer], time});
    result.total += time;
  }
  return result;
}

}  // namespace lentil::tools
