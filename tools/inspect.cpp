// lentil inspect: what is in a model file, and what memory it will need.
#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

#include "formats/export/layer_text.h"
#include "formats/export/recipe_text.h"
#include "formats/layer_rules.h"
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/inspect_slot.h"
#include "tools/inspect_tensor.h"
#include "tools/layer_outputs.h"
#include "tools/machine.h"
#include "tools/memory_map.h"
#include "tools/model_input.h"
#include "tools/network.h"
#include "tools/output.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using namespace formats;

struct InspectOptions {
  std::string file;
  TensorQuery tensor;
  std::uint32_t batch = 1;
  bool memory = false, json = false;
};

void declare(Arguments& a, InspectOptions& o) {
  a.operand("FILE", o.file, "the model, or a slot of what a device learnt; - is standard input");
  a.optional_operand("TENSOR", o.tensor.name, "print this tensor alone, such as conv1.weight");
  a.text("--slice", "SLICE", o.tensor.slice, "the part of TENSOR between Python's brackets: 0,1:3,:,-1");
  a.text("--npy", "FILE", o.tensor.npy_file, "save TENSOR for NumPy instead of printing it");
  a.flag("--memory", o.memory, "also show who lies where in the arenas");
  a.number("--batch", o.batch, {1, std::numeric_limits<std::int32_t>::max()},
           "images of one call, for the memory");
  a.flag("--json", o.json, "print everything as one line of JSON");
}

struct Parameter {
  std::string name;
  Dimensions shape;
  std::uint64_t count = 0;
  float least = 0, most = 0;
  double mean = 0;
};

std::vector<Parameter> parameters_of(const Model& model) {
  std::vector<Parameter> parameters;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto slot = static_cast<Slot>(s);
      const std::span<const float> values = layer.tensor(slot);
      if (values.empty()) continue;
      const auto shape = tensor_shape(layer, slot);
      const auto extents = shape.dimensions();
      const auto [least, most] = std::minmax_element(values.begin(), values.end());
      double sum = 0;
      for (const float value : values) sum += value;
      parameters.push_back({layer_name(layer, i) + "." + std::string(slot_name(slot)),
                            {extents.begin(), extents.end()},
                            values.size(),
                            *least,
                            *most,
                            sum / static_cast<double>(values.size())});
    }
  }
  return parameters;
}

// The arenas that are shown: inference with few bytes, and fast; training with few bytes.
struct ArenaKind {
  const char* key;
  const char* title;
  Mode mode;
  Goal goal;
};
constexpr std::array kArenas{
    ArenaKind{"infer_bytes", "inference, goal small", Mode::infer, Goal::small},
    ArenaKind{"infer_fast_bytes", "inference, goal fast", Mode::infer, Goal::fast},
    ArenaKind{"train_bytes", "training with momentum, goal small", Mode::train, Goal::small}};

struct Arena {
  const ArenaKind& kind;
  std::uint64_t bytes = 0;
  std::string why_not;  // empty: it can be planned
  std::vector<MemoryRange> map{};
};

Arena plan_arena(const ArenaKind& kind, const Model& model, const InspectOptions& options) {
  const PlanOptions wanted{.mode = kind.mode, .goal = kind.goal, .batch = options.batch};
  AlignedBytes memory(plan_memory_bytes(model));
  const auto made = plan(model, wanted, memory);
  if (!made) return {kind, 0, explain(made.error())};
  Arena arena{kind, arena_bytes(**made), ""};
  if (options.memory) arena.map = memory_map(model, wanted);
  return arena;
}

struct Inspection {
  const InspectOptions& options;
  const ModelInput& input;
  const ModelFile& file;
  Model model;
  std::vector<LayerOutput> outputs;  // of the input, then of the layers
  std::vector<Parameter> parameters;
  std::vector<Arena> arenas;
};

Inspection inspect(const InspectOptions& options, const ModelInput& input) {
  const Model model = input.file.model();
  Inspection i{options, input, input.file, model, layer_outputs(model), parameters_of(model), {}};
  for (const ArenaKind& kind : kArenas) i.arenas.push_back(plan_arena(kind, model, options));
  return i;
}

std::string outputs_text(const Inspection& in) {
  std::string text = fmt::format("\n{:<24}{:>14}{:>14}\n", "layer", "output", "parameters");
  text += fmt::format("{:<24}{:>14}\n", "(input)", dimensions_text(in.outputs[0].dimensions()));
  for (std::uint32_t i = 0; i < in.model.layer_count; ++i) {
    const Layer layer = in.model.layer(i);
    text += fmt::format("{:<24}{:>14}{:>14}\n", layer_name(layer, i),
                        dimensions_text(in.outputs[i + 1].dimensions()), grouped(parameter_count(layer)));
  }
  return text;
}

std::string parameters_text(const Inspection& in) {
  std::string text = fmt::format("\n{:<24}{:>14}{:>14}{:>11}{:>11}{:>11}\n", "tensor", "shape", "count",
                                 "min", "max", "mean");
  std::uint64_t values = 0;
  for (const Parameter& p : in.parameters) {
    values += p.count;
    text += fmt::format("{:<24}{:>14}{:>14}{:>11.4f}{:>11.4f}{:>11.4f}\n", p.name, dimensions_text(p.shape),
                        grouped(p.count), p.least, p.most, p.mean);
  }
  const std::uint64_t learnt = parameter_count(in.model);
  text += fmt::format("{:<24}{:>28}\n", "parameters", grouped(learnt));
  if (values > learnt) text += fmt::format("{:<24}{:>28}\n", "not learnt", grouped(values - learnt));
  return text;
}

std::string input_text(const Inspection& in) {
  const ModelFile& f = in.file;
  std::string text =
      fmt::format("\ninput        {}, (pixel / 255 - {}) / {}\n", dimensions_text(in.outputs[0].dimensions()),
                  f.normalization.mean[0], f.normalization.std[0]);
  if (!f.recipe.empty()) text += fmt::format("preparation  {}\n", recipe_text(f.recipe));
  if (!f.labels.empty()) text += fmt::format("labels       {}\n", join(f.labels, " "));
  if (!f.licence.empty()) text += fmt::format("licence      {}\n", f.licence);
  return text + fmt::format("samples      {} golden, {} to replay\n", f.golden.size(), f.replay.size());
}

std::string training_text(const ModelFile& file) {
  std::string text;
  if (const auto& t = file.training) {
    const TrainingNumbers& n = t->numbers;
    text += fmt::format("\ntrained on   {}, seed {}, {}, {}, by {}\n", t->data, n.seed,
                        counted(n.epochs, "epoch"), counted(n.steps, "step"), t->tool);
    if (n.total > 0) {
      text += fmt::format("result       {}/{} correct ({:.2f} %), loss {:.4f}\n", n.correct, n.total,
                          100.0 * n.correct / n.total, n.loss);
    }
    text += fmt::format("command      {}\n", t->command);
    for (const DataFile& f : t->files) text += fmt::format("data file    {}  {}\n", f.md5, f.name);
    if (n.weights_hash != weights_hash(file.model())) {
      text += fmt::format("             the weights have changed since: they were {}\n",
                          hash_text(n.weights_hash));
    }
  }
  if (const auto& s = file.state) {
    text += fmt::format(
        "unfinished   stopped after step {}, in epoch {}; go on with: lentil train --resume -o FILE\n",
        s->numbers.step, s->numbers.epoch + 1);
  }
  return text;
}

std::string arenas_text(const Inspection& in) {
  std::string text =
      fmt::format("\nmemory beyond the caller's images, float32 in, batch {}\n", in.options.batch);
  for (const Arena& arena : in.arenas) {
    const std::string bytes = arena.why_not.empty() ? grouped(arena.bytes) + " bytes" : arena.why_not;
    text += fmt::format("  {:<36}{:>18}\n", arena.kind.title, bytes);
  }
  text +=
      fmt::format("  {:<36}{:>18}\n", "preparing a picture of any size", grouped(kPrepareBytes) + " bytes");
  for (const Arena& arena : in.arenas) {
    if (!arena.map.empty()) text += fmt::format("\n{}:\n{}", arena.kind.title, memory_text(arena.map));
  }
  return text;
}

std::string whole_text(const Inspection& in) {
  std::string text = network_text(in.file.name, in.model) + outputs_text(in) + parameters_text(in) +
                     input_text(in) + training_text(in.file) + arenas_text(in);
  if (!in.file.description.empty()) text += "\n" + in.file.description + "\n";
  return text + fmt::format("\n{}: {} bytes, weights {}", in.input.name, grouped(in.input.bytes.size()),
                            hash_text(weights_hash(in.model)));
}

nlohmann::ordered_json dimensions_json(const Dimensions& dimensions) {
  return dimensions.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(dimensions);
}

nlohmann::ordered_json layers_json(const Inspection& in) {
  auto layers = nlohmann::ordered_json::array();
  for (std::uint32_t i = 0; i < in.model.layer_count; ++i) {
    const Layer layer = in.model.layer(i);
    layers.push_back({{"name", layer_name(layer, i)},
                      {"type", type_name(layer)},
                      {"inputs", input_names(in.model, i)},
                      {"output_shape", dimensions_json(in.outputs[i + 1].dimensions())},
                      {"parameters", parameter_count(layer)}});
  }
  return layers;
}

nlohmann::ordered_json tensors_json(const Inspection& in) {
  auto tensors = nlohmann::ordered_json::array();
  for (const Parameter& p : in.parameters) {
    tensors.push_back({{"name", p.name},
                       {"shape", dimensions_json(p.shape)},
                       {"count", p.count},
                       {"min", p.least},
                       {"max", p.most},
                       {"mean", p.mean}});
  }
  return tensors;
}

nlohmann::ordered_json training_json(const TrainingRecord& t) {
  auto files = nlohmann::ordered_json::array();
  for (const DataFile& f : t.files) files.push_back({{"name", f.name}, {"md5", f.md5}});
  return {{"data", t.data},
          {"files", files},
          {"command", t.command},
          {"tool", t.tool},
          {"seed", t.numbers.seed},
          {"epochs", t.numbers.epochs},
          {"steps", t.numbers.steps},
          {"correct", t.numbers.correct},
          {"total", t.numbers.total},
          {"loss", t.numbers.loss},
          {"weights_hash", hash_text(t.numbers.weights_hash)}};
}

nlohmann::ordered_json map_json(const std::vector<MemoryRange>& map) {
  auto ranges = nlohmann::ordered_json::array();
  for (const MemoryRange& r : map) {
    ranges.push_back(
        {{"what", r.what}, {"offset", r.offset}, {"bytes", r.bytes}, {"from", r.from}, {"to", r.to}});
  }
  return ranges;
}

nlohmann::ordered_json whole_json(const Inspection& in) {
  nlohmann::ordered_json json{{"file", in.options.file},
                              {"bytes", in.input.bytes.size()},
                              {"name", in.file.name},
                              {"layers", layers_json(in)},
                              {"parameters", parameter_count(in.model)},
                              {"weights_hash", hash_text(weights_hash(in.model))},
                              {"tensors", tensors_json(in)},
                              {"input_shape", dimensions_json(in.outputs[0].dimensions())},
                              {"mean", in.file.normalization.mean[0]},
                              {"std", in.file.normalization.std[0]},
                              {"labels", in.file.labels},
                              {"licence", in.file.licence},
                              {"golden_samples", in.file.golden.size()},
                              {"unfinished", in.file.state.has_value()},
                              {"batch", in.options.batch}};
  if (in.file.training) json["training"] = training_json(*in.file.training);
  json["arena"]["prepare_bytes"] = kPrepareBytes;
  for (const Arena& arena : in.arenas) {
    json["arena"][arena.kind.key] = arena.why_not.empty() ? nlohmann::ordered_json(arena.bytes) : nullptr;
    if (!arena.map.empty()) json["memory"][arena.kind.key] = map_json(arena.map);
  }
  return json;
}

int run(const Command& command, std::span<const std::string> words) {
  InspectOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  if (options.tensor.name.empty() && (arguments.given("--slice") || arguments.given("--npy"))) {
    reject("--slice and --npy need the name of a tensor: lentil inspect FILE conv1.weight --slice 0,0");
  }
  if (!options.tensor.name.empty() && (options.memory || arguments.given("--batch")))
    reject("--memory and --batch belong to the whole model: leave out " + options.tensor.name);
  if (options.tensor.name.empty() && show_if_slot(options.file, options.json)) return 0;
  const ModelInput input = load_model(options.file);
  if (!options.tensor.name.empty()) {
    show_tensor(input.file.model(), options.tensor, options.json);
    return 0;
  }
  const Inspection inspection = inspect(options, input);
  if (options.json) {
    print_json(whole_json(inspection));
  } else {
    print_result(whole_text(inspection));
  }
  return 0;
}

}  // namespace

const Command kInspectCommand{"inspect", "shows what is in a model file, and the memory it needs",
                              "  lentil inspect lenet.lentil\n"
                              "  lentil inspect lenet.lentil --memory --batch 8\n"
                              "  lentil inspect lenet.lentil conv1.weight --slice 0,0\n"
                              "  lentil inspect lenet.lentil --json\n",
                              run, describe<InspectOptions, declare>};

}  // namespace lentil::tools
