#include "formats/model_writer.h"

#include <algorithm>

#include "formats/crc32.h"
#include "formats/layer_rules.h"
#include "model_generated.h"

namespace lentil::formats {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
template <class T>
using VectorOffset = Offset<flatbuffers::Vector<T>>;
using TextOffset = Offset<flatbuffers::String>;

// FlatBuffers grows towards the front: what is written first lies last. All of these leave out what is
// empty, which reads back as empty.

TextOffset write(FlatBufferBuilder& out, const std::string& text) {
  return text.empty() ? TextOffset() : out.CreateString(text);
}

template <class T>
VectorOffset<T> write(FlatBufferBuilder& out, std::span<const T> values) {
  return values.empty() ? VectorOffset<T>() : out.CreateVector(values.data(), values.size());
}

template <class T>
VectorOffset<T> write(FlatBufferBuilder& out, const std::vector<T>& values) {
  return write(out, std::span(values));
}

// Tables, each written by write_item(item).
template <class Item, class WriteItem>
auto write_all(FlatBufferBuilder& out, const std::vector<Item>& items, WriteItem write_item) {
  std::vector<decltype(write_item(items[0]))> offsets;
  offsets.reserve(items.size());
  for (const Item& item : items) offsets.push_back(write_item(item));
  return write(out, offsets);
}

Offset<fbs::Tensor> write_tensor(FlatBufferBuilder& out, const LayerData& layer, Slot slot) {
  const std::vector<float>& values = layer.tensor(slot);
  if (values.empty()) return {};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  const std::size_t size = values.size() * sizeof(float);
  out.ForceVectorAlignment(size, 1, kFileAlignment);
  const auto data = out.CreateVector(bytes, size);
  const auto shape = write(out, tensor_shape(layer.settings, slot).dimensions());
  return fbs::CreateTensor(out, shape, fbs::DataType_float32, data);
}

Offset<fbs::Layer> write_layer(FlatBufferBuilder& out, const LayerData& layer) {
  const auto weight = write_tensor(out, layer, Slot::weight);
  const auto bias = write_tensor(out, layer, Slot::bias);
  const auto running_mean = write_tensor(out, layer, Slot::running_mean);
  const auto running_var = write_tensor(out, layer, Slot::running_var);
  const auto name = write(out, layer.name);
  const auto inputs = write(out, layer.inputs);
  const Layer& l = layer.settings;
  return fbs::CreateLayer(out, static_cast<fbs::LayerType>(l.type), name, inputs, l.in_features,
                          l.out_features, l.kernel.height, l.kernel.width, l.stride.height, l.stride.width,
                          l.dilation.height, l.dilation.width, l.padding.top, l.padding.left,
                          l.padding.bottom, l.padding.right, l.groups, l.rate, l.slope, l.epsilon, l.momentum,
                          l.ceil_mode, l.count_include_pad, static_cast<fbs::FlattenOrder>(l.order), weight,
                          bias, running_mean, running_var);
}

// One value where all channels agree, none where it is the default.
VectorOffset<float> write_channels(FlatBufferBuilder& out, const std::array<float, 4>& channels,
                                   std::uint32_t channel_count, float absent) {
  const auto used = std::span(channels).first(std::clamp<std::size_t>(channel_count, 1, channels.size()));
  const bool equal = std::all_of(used.begin(), used.end(), [&](float value) { return value == used[0]; });
  if (!equal) return write(out, used);
  return used[0] == absent ? VectorOffset<float>() : write(out, used.first(1));
}

Offset<fbs::Input> write_input(FlatBufferBuilder& out, const ModelFile& file) {
  const auto recipe = write_all(out, file.recipe, [&](const PreparationStep& step) {
    return fbs::CreateStep(out, static_cast<fbs::StepKind>(step.kind), write(out, step.values));
  });
  const auto std = write_channels(out, file.normalization.std, file.input.channels, 1);
  const auto mean = write_channels(out, file.normalization.mean, file.input.channels, 0);
  return fbs::CreateInput(out, file.input.channels, file.input.height, file.input.width, mean, std, recipe);
}

Offset<fbs::Sample> write_sample(FlatBufferBuilder& out, const Sample& sample) {
  const auto outputs = write(out, sample.outputs);
  const auto values = write(out, sample.values);
  const auto pixels = write(out, sample.pixels);
  return fbs::CreateSample(out, pixels, values, outputs, sample.label);
}

Offset<fbs::Training> write_training(FlatBufferBuilder& out, const TrainingRecord& record) {
  const auto files = write_all(out, record.files, [&](const DataFile& file) {
    const auto md5 = write(out, file.md5);
    return fbs::CreateDataFile(out, write(out, file.name), md5);
  });
  const auto tool = write(out, record.tool);
  const auto command = write(out, record.command);
  const auto data = write(out, record.data);
  const TrainingNumbers& n = record.numbers;
  return fbs::CreateTraining(out, data, files, command, tool, n.seed, n.epochs, n.steps, n.correct, n.total,
                             n.loss, n.weights_hash);
}

Offset<fbs::State> write_state(FlatBufferBuilder& out, const TrainingState& state) {
  const auto velocities = write_all(out, state.velocities, [&](const Velocity& velocity) {
    return fbs::CreateVelocity(out, velocity.layer, static_cast<std::uint8_t>(velocity.slot),
                               write(out, velocity.data));
  });
  const auto best_weights = write(out, state.best_weights);
  const auto frozen = write(out, state.frozen);
  const auto command = write(out, state.command);
  const StateNumbers& n = state.numbers;
  return fbs::CreateState(out, command, n.seed, n.step, n.epoch, n.position, n.shuffle_epoch, n.batch, n.rate,
                          n.momentum, n.weight_decay, n.nesterov, frozen, velocities, n.best_epoch,
                          n.best_loss, best_weights);
}

Offset<fbs::ModelFile> write_root(FlatBufferBuilder& out, const ModelFile& file) {
  constexpr std::uint16_t kFormatVersion = 2;
  const auto layers =
      write_all(out, file.layers, [&](const LayerData& layer) { return write_layer(out, layer); });
  const auto state = file.state ? write_state(out, *file.state) : Offset<fbs::State>();
  const auto sample = [&](const Sample& item) { return write_sample(out, item); };
  const auto replay = write_all(out, file.replay, sample);
  const auto golden = write_all(out, file.golden, sample);
  const auto training = file.training ? write_training(out, *file.training) : Offset<fbs::Training>();
  const auto description = write(out, file.description);
  const auto licence = write(out, file.licence);
  const auto labels =
      file.labels.empty() ? VectorOffset<TextOffset>() : out.CreateVectorOfStrings(file.labels);
  const auto input = write_input(out, file);
  const auto name = write(out, file.name);
  out.ForceDefaults(true);  // size and checksum are filled in later and need their places
  return fbs::CreateModelFile(out, kFormatVersion, kKnownFeatures, 0, 0, name, input, layers, labels, golden,
                              replay, training, state, licence, description);
}

}  // namespace

AlignedBytes write_model(const ModelFile& file) {
  using Root = fbs::ModelFile;
  FlatBufferBuilder out;
  // Every file is a multiple of 64 long, those without a tensor too.
  out.ForceVectorAlignment(kFileAlignment, 1, kFileAlignment);
  fbs::FinishModelFileBuffer(out, write_root(out, file));

  AlignedBytes bytes(std::as_bytes(std::span(out.GetBufferPointer(), out.GetSize())));
  auto& root = *flatbuffers::GetMutableRoot<flatbuffers::Table>(bytes.data());
  root.SetField(Root::VT_FILE_BYTES, static_cast<std::uint32_t>(bytes.size()));
  root.SetField(Root::VT_CHECKSUM, crc32(bytes));
  return bytes;
}

}  // namespace lentil::formats
