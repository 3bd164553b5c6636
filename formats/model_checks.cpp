#include "formats/model_checks.h"

#include <algorithm>
#include <array>

#include "formats/finite.h"
#include "formats/layer_rules.h"
#include "formats/model_reader.h"
#include "formats/model_state_checks.h"
#include "model_generated.h"

namespace lentil::formats {
namespace {

using TensorList = std::array<const fbs::Tensor*, kSlots>;

Error check_inputs(const Layer& layer, std::uint32_t index) {
  const std::size_t count = std::max<std::size_t>(layer.inputs.size(), 1);
  const std::uint32_t required = inputs_required(layer);
  const bool more_allowed = layer.type == LayerType::concat;
  if (count < required || (count > required && !more_allowed)) {
    return {Status::bad_hyperparameter, index, required, count};
  }
  for (const std::int16_t input : layer.inputs) {
    if (input < kNetworkInput || input >= static_cast<std::int32_t>(index)) {
      return {Status::bad_layer_input, index, index, static_cast<std::uint16_t>(input)};
    }
  }
  return {};
}

// `data` of a tensor that is wanted: type, size, place and values.
Error check_data(const fbs::Tensor& tensor, const TensorShape& shape, std::uint32_t index) {
  // Other types come with a bit of required_features, which has been refused before.
  if (tensor.type() != fbs::DataType_float32) {
    return {Status::file_corrupt, index, 0, static_cast<std::uint64_t>(tensor.type())};
  }
  const std::uint64_t elements = shape.count();
  const std::uint64_t bytes = tensor.data()->size();
  if (bytes % sizeof(float) != 0 || bytes / sizeof(float) != elements) {
    return {Status::bad_tensor_size, index, elements, bytes / sizeof(float)};
  }
  const auto address = reinterpret_cast<std::uintptr_t>(tensor.data()->Data());
  if (address % kFileAlignment != 0) {
    return {Status::misaligned_file, index, kFileAlignment, address % kFileAlignment};
  }
  const auto* extents = tensor.shape();
  const auto wanted = shape.dimensions();
  if (extents == nullptr || !std::equal(extents->begin(), extents->end(), wanted.begin(), wanted.end())) {
    return {Status::bad_tensor_size, index, wanted.size(), extents == nullptr ? 0 : extents->size()};
  }
  const std::span values(reinterpret_cast<const float*>(tensor.data()->Data()),
                         static_cast<std::size_t>(elements));
  const std::size_t bad = first_non_finite(values);
  return bad == elements ? Error{} : Error{Status::non_finite_weight, index, 0, bad};
}

Error check_tensors(const Layer& layer, const TensorList& tensors, std::uint32_t index) {
  for (std::size_t s = 0; s < kSlots; ++s) {
    const Slot slot = static_cast<Slot>(s);
    const TensorShape shape = tensor_shape(layer, slot);
    if (tensors[s] == nullptr || tensors[s]->data() == nullptr) {
      if (tensor_required(layer, slot)) return {Status::missing_tensor, index, shape.count(), 0};
      continue;
    }
    if (const Error e = check_data(*tensors[s], shape, index); wrong(e)) return e;
  }
  return {};
}

// At most kMaxLayers names of kMaxNameBytes are compared with each other.
Error check_name(const Model& model, const Layer& layer, std::uint32_t index) {
  if (!takes_parameters(layer)) return {};
  if (layer.name.empty()) return {Status::bad_name, index, 1, 0};
  if (layer.name.size() > kMaxNameBytes) return {Status::bad_name, index, kMaxNameBytes, layer.name.size()};
  for (std::uint32_t i = 0; i < index; ++i) {
    const Layer earlier = model.layer(i);
    if (takes_parameters(earlier) && earlier.name == layer.name) return {Status::bad_name, index, 1, 2};
  }
  return {};
}

// Batch-norm takes the root of its variance and divides by it: `given` is the channel where it cannot.
Error check_variance(const Layer& layer, std::uint32_t index) {
  if (!is_batch_norm(layer.type)) return {};
  const auto variance = layer.tensor(Slot::running_var);
  for (std::size_t c = 0; c < variance.size(); ++c) {
    if (!(variance[c] >= 0 && variance[c] + layer.epsilon > 0)) return {Status::bad_variance, index, 0, c};
  }
  return {};
}

Error check_layer(const Model& model, const fbs::Layer& stored, std::uint32_t index) {
  const auto type = static_cast<std::uint32_t>(stored.type());
  if (type >= kLayerTypes) return {Status::unknown_layer_type, index, kLayerTypes - 1, type};
  const Layer layer = model.layer(index);
  if (const Error e = check_inputs(layer, index); wrong(e)) return e;
  if (const Error e = check_hyperparameters(layer, index); wrong(e)) return e;
  const TensorList tensors{stored.weight(), stored.bias(), stored.running_mean(), stored.running_var()};
  if (const Error e = check_tensors(layer, tensors, index); wrong(e)) return e;
  if (const Error e = check_variance(layer, index); wrong(e)) return e;
  return check_name(model, layer, index);
}

// Tensors share no bytes: a small file may not cost the work of a large one.
Error check_total(const Model& model, std::size_t file_bytes) {
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    for (const auto& tensor : model.layer(i).tensors) total += tensor.size_bytes();
    if (total > file_bytes) return {Status::file_corrupt, i, total, file_bytes};
  }
  return {};
}

Error check_layers(const Model& model, const fbs::ModelFile& root) {
  if (model.layer_count == 0) return {Status::missing_layers};
  const std::uint32_t count = model.layer_count;
  if (count > kMaxLayers) return {Status::too_many_layers, 0, kMaxLayers, count};
  if (const Error e = check_total(model, root.file_bytes()); wrong(e)) return e;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (const Error e = check_layer(model, *root.layers()->Get(i), i); wrong(e)) return e;
  }
  return {};
}

std::uint32_t size_of(const flatbuffers::Vector<float>* values) {
  return values == nullptr ? 0 : values->size();
}

Error check_input(const FileView& file, const fbs::Input* input) {
  if (input == nullptr) return {Status::bad_input_description};
  const Model model = file.model();
  if (const Error e = check_input_shape(model.input); wrong(e)) return e;
  const std::uint32_t most = std::min<std::uint32_t>(model.input.channels, 4);
  for (const std::uint32_t count : {size_of(input->mean()), size_of(input->std())}) {
    if (count > 1 && count != model.input.channels) {
      return {Status::bad_input_description, 0, model.input.channels, count};
    }
    if (count > most) return {Status::bad_input_description, 0, most, count};
  }
  const Normalization& n = model.normalization;
  const bool positive = std::all_of(n.std.begin(), n.std.end(), [](float std) { return std > 0; });
  const bool good = all_finite(n.mean) && all_finite(n.std) && positive;
  return good ? Error{} : Error{Status::bad_input_description};
}

// `values` of each kind of step as model.fbs lists them.
Error check_step(const StepView& step, std::uint32_t channels, std::uint32_t index) {
  constexpr std::array<std::uint8_t, kStepKinds> kValues{0, 0, 1, 2, 1, 2, 4, 2, 2, 2};
  const auto kind = static_cast<std::uint32_t>(step.kind);
  if (kind >= kStepKinds) return {Status::bad_input_description, index, kStepKinds - 1, kind};
  const std::size_t needed = kValues[kind];
  const std::size_t given = step.values.size();
  const bool per_channel = step.kind == StepKind::normalize && given == std::size_t{2} * channels;
  const bool with_sizes_before = step.kind == StepKind::resize && given == 4;
  if (given != needed && !per_channel && !with_sizes_before)
    return {Status::bad_input_description, index, needed, given};
  return all_finite(step.values) ? Error{} : Error{Status::bad_input_description, index, needed, given};
}

struct SampleRules {
  std::size_t inputs;   // values of the network's input
  std::size_t outputs;  // of the network; 0: unknown
  std::size_t classes;  // 0: unknown
  bool golden;          // must have outputs; else must have a label
};

Error check_sample(const SampleView& s, const SampleRules& rules, std::uint32_t index) {
  const auto bad = [&](std::size_t needed, std::size_t given) {
    return Error{Status::bad_sample, index, needed, given};
  };
  if (s.pixels.size() + s.values.size() != rules.inputs || (!s.pixels.empty() && !s.values.empty())) {
    return bad(rules.inputs, s.pixels.size() + s.values.size());
  }
  const bool outputs_wanted = rules.golden || !s.outputs.empty();
  if (outputs_wanted && s.outputs.empty()) return bad(std::max<std::size_t>(rules.outputs, 1), 0);
  if (outputs_wanted && rules.outputs != 0 && s.outputs.size() != rules.outputs) {
    return bad(rules.outputs, s.outputs.size());
  }
  if (s.label < -1 || (s.label == -1 && !rules.golden)) return bad(0, static_cast<std::uint16_t>(s.label));
  if (rules.classes != 0 && s.label >= static_cast<std::int64_t>(rules.classes)) {
    return bad(rules.classes - 1, static_cast<std::uint16_t>(s.label));
  }
  const std::size_t value = first_non_finite(s.values);
  if (value != s.values.size()) return bad(0, value);
  const std::size_t output = first_non_finite(s.outputs);
  return output == s.outputs.size() ? Error{} : bad(0, output);
}

// Replay samples count on after the golden ones.
Error check_samples(const FileView& file, const Model& model) {
  const std::uint32_t outputs = known_outputs(model);
  const std::uint32_t labels = file.label_count();
  if (labels != 0 && outputs != 0 && labels != outputs) return {Status::bad_label_count, 0, outputs, labels};
  SampleRules rules{model.input.count(), outputs, outputs != 0 ? outputs : labels, true};
  for (std::uint32_t i = 0; i < file.golden_count(); ++i) {
    if (const Error e = check_sample(file.golden(i), rules, i); wrong(e)) return e;
  }
  rules.golden = false;
  for (std::uint32_t i = 0; i < file.replay_count(); ++i) {
    if (const Error e = check_sample(file.replay(i), rules, file.golden_count() + i); wrong(e)) return e;
  }
  return {};
}

}  // namespace

Error check_contents(const FileView& file, const fbs::ModelFile& root) {
  const Model model = file.model();
  if (const Error e = check_layers(model, root); wrong(e)) return e;
  if (const Error e = check_input(file, root.input()); wrong(e)) return e;
  for (std::uint32_t i = 0; i < file.step_count(); ++i) {
    if (const Error e = check_step(file.step(i), model.input.channels, i); wrong(e)) return e;
  }
  if (const Error e = check_samples(file, model); wrong(e)) return e;
  return check_state(file, model);
}

}  // namespace lentil::formats
