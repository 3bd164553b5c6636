#include "formats/model_view.h"

#include <algorithm>
#include <bit>

#include "model_generated.h"

namespace lentil::formats {

static_assert(std::endian::native == std::endian::little, "weights are used as they lie in the file");

namespace {

template <class Vector>
std::uint32_t size_of(const Vector* vector) {
  return vector == nullptr ? 0 : vector->size();
}

template <class T>
std::span<const T> elements(const flatbuffers::Vector<T>* vector) {
  if (vector == nullptr) return {};
  return {reinterpret_cast<const T*>(vector->Data()), vector->size()};
}

std::string_view text(const flatbuffers::String* string) {
  return string == nullptr ? std::string_view() : std::string_view(string->c_str(), string->size());
}

std::span<const float> floats(const fbs::Tensor* tensor) {
  if (tensor == nullptr) return {};
  const auto bytes = elements(tensor->data());
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

// One value stands for all channels.
void fill_channels(std::span<const float> given, std::array<float, 4>& channels) {
  if (given.size() == 1) channels.fill(given[0]);
  if (given.size() > 1) std::copy_n(given.begin(), std::min(given.size(), channels.size()), channels.begin());
}

SampleView view(const fbs::Sample& s) {
  return {elements(s.pixels()), elements(s.values()), elements(s.outputs()), s.label()};
}

}  // namespace

Layer FileView::read_layer(const void* file, std::uint32_t index) {
  const fbs::Layer& l = *fbs::GetModelFile(file)->layers()->Get(index);
  return {
      .type = static_cast<LayerType>(l.type()),
      .name = text(l.name()),
      .inputs = elements(l.inputs()),
      .in_features = l.in_features(),
      .out_features = l.out_features(),
      .kernel = {l.kernel_height(), l.kernel_width()},
      .stride = {l.stride_height(), l.stride_width()},
      .dilation = {l.dilation_height(), l.dilation_width()},
      .padding = {l.pad_top(), l.pad_left(), l.pad_bottom(), l.pad_right()},
      .groups = l.groups(),
      .rate = l.rate(),
      .slope = l.slope(),
      .epsilon = l.epsilon(),
      .momentum = l.momentum(),
      .ceil_mode = l.ceil_mode(),
      .count_include_pad = l.count_include_pad(),
      .order = static_cast<FlattenOrder>(l.order()),
      .tensors = {floats(l.weight()), floats(l.bias()), floats(l.running_mean()), floats(l.running_var())}};
}

Model FileView::model() const {
  Model model;
  model.source = bytes_.data();
  model.read_layer = read_layer;
  model.layer_count = size_of(root_->layers());
  if (const fbs::Input* input = root_->input()) {
    model.input = {input->channels(), input->height(), input->width()};
    fill_channels(elements(input->mean()), model.normalization.mean);
    fill_channels(elements(input->std()), model.normalization.std);
  }
  return model;
}

std::uint32_t FileView::checksum() const { return root_->checksum(); }
std::string_view FileView::name() const { return text(root_->name()); }
std::string_view FileView::licence() const { return text(root_->licence()); }
std::string_view FileView::description() const { return text(root_->description()); }

std::uint32_t FileView::label_count() const { return size_of(root_->labels()); }
std::string_view FileView::label(std::uint32_t index) const { return text(root_->labels()->Get(index)); }

std::uint32_t FileView::step_count() const {
  return root_->input() == nullptr ? 0 : size_of(root_->input()->recipe());
}
StepView FileView::step(std::uint32_t index) const {
  const fbs::Step& step = *root_->input()->recipe()->Get(index);
  return {static_cast<StepKind>(step.kind()), elements(step.values())};
}

std::uint32_t FileView::golden_count() const { return size_of(root_->golden()); }
SampleView FileView::golden(std::uint32_t index) const { return view(*root_->golden()->Get(index)); }
std::uint32_t FileView::replay_count() const { return size_of(root_->replay()); }
SampleView FileView::replay(std::uint32_t index) const { return view(*root_->replay()->Get(index)); }

std::optional<TrainingView> FileView::training() const {
  const fbs::Training* t = root_->training();
  if (t == nullptr) return std::nullopt;
  return TrainingView{.data = text(t->data()),
                      .command = text(t->command()),
                      .tool = text(t->tool()),
                      .numbers = {.seed = t->seed(),
                                  .epochs = t->epochs(),
                                  .steps = t->steps(),
                                  .correct = t->correct(),
                                  .total = t->total(),
                                  .loss = t->loss(),
                                  .weights_hash = t->weights_hash()},
                      .file_count = size_of(t->files())};
}

DataFileView FileView::data_file(std::uint32_t index) const {
  const fbs::DataFile& file = *root_->training()->files()->Get(index);
  return {text(file.name()), text(file.md5())};
}

std::optional<StateView> FileView::state() const {
  const fbs::State* s = root_->state();
  if (s == nullptr) return std::nullopt;
  return StateView{.command = text(s->command()),
                   .numbers = {.seed = s->seed(),
                               .step = s->step(),
                               .epoch = s->epoch(),
                               .position = s->position(),
                               .shuffle_epoch = s->shuffle_epoch(),
                               .batch = s->batch(),
                               .rate = s->rate(),
                               .momentum = s->momentum(),
                               .weight_decay = s->weight_decay(),
                               .nesterov = s->nesterov(),
                               .best_epoch = s->best_epoch(),
                               .best_loss = s->best_loss()},
                   .frozen = elements(s->frozen()),
                   .velocity_count = size_of(s->velocities()),
                   .best_weights = elements(s->best_weights())};
}

VelocityView FileView::velocity(std::uint32_t index) const {
  const fbs::Velocity& v = *root_->state()->velocities()->Get(index);
  return {v.layer(), static_cast<Slot>(v.slot()), elements(v.data())};
}

}  // namespace lentil::formats
