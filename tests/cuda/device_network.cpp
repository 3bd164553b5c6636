#include "tests/cuda/device_network.h"

#include <algorithm>
#include <stdexcept>

#include "kernels/cuda/network.h"
#include "kernels/cuda/rows.h"
#include "tests/cuda/thread_block.h"

namespace lentil::cuda {

DeviceNetwork::DeviceNetwork(const Model& model, const PlanOptions& options, std::uint64_t seed,
                             const Emulation& emulation)
    : model_(model), emulation_(emulation), seed_(seed), program_memory_(device_program_memory_bytes(model)) {
  const auto made = device_program(model, options, program_memory_);
  if (!made) throw std::runtime_error(status_name(made.error().status));
  program_ = *made;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    const Layer layer = model.layer(i);
    for (const auto tensor : layer.tensors)
      parameters_.insert(parameters_.end(), tensor.begin(), tensor.end());
  }
  if (options.momentum && program_->trains != 0) velocities_.resize(parameters_.size());
  prepared_.resize(program_->prepared);
  memory_.resize(program_->image_bytes);
  watch("parameters", parameters_.data(), parameters_.size());
  watch("velocities", velocities_.data(), velocities_.size());
  watch("prepared", prepared_.data(), prepared_.size(), false);
  watch("state", state_.get(), 1);
  statistics_.resize(program_->statistics);
  watch("statistics", statistics_.data(), statistics_.size(), false);
  RowsArgs args{};
  args.parameters = parameters_.data();
  args.prepared = prepared_.data();
  launch_rows(Kernel::prepare, program_->rows, args);
}

void DeviceNetwork::drop_barrier(Kernel kernel, std::size_t launch, std::int64_t number) {
  dropped_ = {kernel, launch, number};
}

// Floats end where the bytes of argmax begin.
void DeviceNetwork::watch_image(std::uint8_t* memory) {
  const std::size_t floats = program_->image_floats * sizeof(float);
  watch("image", reinterpret_cast<const float*>(memory), program_->image_floats, false);
  watch("argmax", memory + floats, program_->image_bytes - floats, false);
}

// Where images wait for one another they have memory of their own.
std::uint8_t* DeviceNetwork::make_slabs(std::uint32_t images) {
  if (program_->statistics == 0) return nullptr;
  slabs_.assign(std::size_t{images} * program_->image_bytes, 0xff);
  for (std::size_t b = 0; b < images; ++b) watch_image(slabs_.data() + b * program_->image_bytes);
  return slabs_.data();
}

// Shared memory comes with whatever was there before.
template <class Run>
void DeviceNetwork::launch(Kernel kernel, std::uint32_t blocks, Run run) {
  std::vector<std::int64_t>& launches = barriers_[static_cast<std::size_t>(kernel)];
  if (emulation_.blocks > 0) blocks = std::min(blocks, emulation_.blocks);
  checker_.start_launch();
  const bool drops = dropped_ && dropped_->kernel == kernel && dropped_->launch == launches.size();
  checker_.drop_barrier(drops ? dropped_->number : -1);
  Threads threads(static_cast<std::uint32_t>(emulation_.threads), emulation_.order);
  for (std::uint32_t b = 0; b < blocks; ++b) {
    std::fill(memory_.begin(), memory_.end(), std::uint8_t{0xff});
    if (!emulation_.checked) {
      run_block(emulation_.threads, b, blocks, run);
      continue;
    }
    watch_image(memory_.data());
    checker_.start_block(static_cast<std::int32_t>(b));
    run(EmulatedBlock(checker_, threads, b, blocks));
  }
  launches.push_back(checker_.barriers());
}

void DeviceNetwork::launch_images(Kernel kernel, const ImagesArgs& args) {
  launch(kernel, args.count, [&](const auto& block) { images(block, *program_, args, memory_.data()); });
}

void DeviceNetwork::launch_rows(Kernel kernel, std::uint32_t blocks, const RowsArgs& args) {
  float shared[kSharedCells];
  launch(kernel, blocks, [&](const auto& block) {
    if (emulation_.checked) watch("shared", shared, kSharedCells, false);
    rows(block, *program_, args, shared);
  });
}

void DeviceNetwork::launch_step(ImagesArgs images, RowsArgs rows) {
  for (;;) {
    const DeviceStop stop = next_stop(*program_, images.from);
    images.until = stop.place;
    launch_images(Kernel::train, images);
    if (stop.place == kAllPlaces) break;
    rows.work = stop.work;
    rows.batch_norm = stop.batch_norm;
    launch_rows(Kernel::statistics, stop.channels, rows);
    images.from = stop.place;
  }
  rows.work = RowsWork::update;
  launch_rows(Kernel::update, program_->rows, rows);
}

std::vector<float> DeviceNetwork::forward(const void* images, std::size_t count) {
  std::vector<float> outputs(count * program_->outputs);
  watch("outputs", outputs.data(), outputs.size(), false);
  ImagesArgs args{};
  args.outputs = outputs.data();
  args.parameters = parameters_.data();
  args.prepared = prepared_.data();
  args.images = images;
  args.count = static_cast<std::uint32_t>(count);
  args.slabs = make_slabs(args.count);
  args.until = kAllPlaces;
  launch_images(Kernel::forward, args);
  return outputs;
}
std::vector<float> DeviceNetwork::forward(std::span<const float> images) {
  watch("images", images.data(), images.size());
  return forward(images.data(), images.size() / program_->inputs);
}
std::vector<float> DeviceNetwork::forward(std::span<const std::uint8_t> pixels) {
  watch("images", pixels.data(), pixels.size());
  return forward(pixels.data(), pixels.size() / program_->inputs);
}

StepResult DeviceNetwork::step(const void* images, std::uint32_t count, std::span<const std::uint8_t> labels,
                               std::span<const float> targets, const Sgd& sgd,
                               std::span<const std::uint32_t> order) {
  if (!order.empty()) count = static_cast<std::uint32_t>(order.size());
  std::vector<ImageResult> results(count);
  gradients_.assign(std::size_t{count} * program_->gradients, 0.0f);
  const SgdNumbers numbers{sgd.rate, sgd.momentum, sgd.weight_decay, sgd.nesterov ? 1u : 0u};
  StepResult result;
  watch("order", order.data(), order.size());
  watch("labels", labels.data(), labels.size());
  watch("targets", targets.data(), targets.size());
  watch("gradients", gradients_.data(), gradients_.size(), false);
  watch("results", results.data(), results.size(), false);
  watch("sgd", &numbers, 1);
  watch("step result", &result, 1, false);
  const ImagesArgs images_args{.outputs = nullptr,
                               .gradients = gradients_.data(),
                               .results = results.data(),
                               .parameters = parameters_.data(),
                               .prepared = prepared_.data(),
                               .images = images,
                               .order = order.empty() ? nullptr : order.data(),
                               .labels = labels.data(),
                               .targets = targets.empty() ? nullptr : targets.data(),
                               .state = state_.get(),
                               .statistics = statistics_.data(),
                               .slabs = make_slabs(count),
                               .seed = seed_,
                               .first = 0,
                               .count = count,
                               .from = 0,
                               .until = kAllPlaces};
  launch_step(images_args, {.parameters = parameters_.data(),
                            .prepared = prepared_.data(),
                            .gradients = gradients_.data(),
                            .statistics = statistics_.data(),
                            .slabs = slabs_.data(),
                            .velocities = velocities_.empty() ? nullptr : velocities_.data(),
                            .results = results.data(),
                            .sgd = &numbers,
                            .step_results = &result,
                            .state = state_.get(),
                            .work = RowsWork::update,
                            .batch_norm = 0,
                            .count = count,
                            .step = 0});
  return result;
}

template <class T>
StepResult DeviceNetwork::step(std::span<const T> images, std::span<const std::uint8_t> labels,
                               std::span<const float> targets, const Sgd& sgd,
                               std::span<const std::uint32_t> order) {
  watch("images", images.data(), images.size());
  return step(static_cast<const void*>(images.data()),
              static_cast<std::uint32_t>(images.size() / program_->inputs), labels, targets, sgd, order);
}
template StepResult DeviceNetwork::step(std::span<const float>, std::span<const std::uint8_t>,
                                        std::span<const float>, const Sgd&, std::span<const std::uint32_t>);
template StepResult DeviceNetwork::step(std::span<const std::uint8_t>, std::span<const std::uint8_t>,
                                        std::span<const float>, const Sgd&, std::span<const std::uint32_t>);

std::span<float> DeviceNetwork::tensor(std::uint32_t layer, Slot slot) {
  return std::span(parameters_)
      .subspan(device_parameter(model_, layer, slot), model_.layer(layer).tensor(slot).size());
}

std::string DeviceNetwork::findings() const {
  std::string text;
  for (const std::string& finding : checker_.findings()) text += finding + "\n";
  return text;
}

}  // namespace lentil::cuda
