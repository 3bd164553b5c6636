// The steps of a CudaTrainer: on images that lie on the GPU, or that come along.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "formats/host/cuda/trainer.h"

namespace lentil::cuda {
namespace {

using Clock = std::chrono::steady_clock;

SgdNumbers numbers_of(const Sgd& sgd) {
  return {sgd.rate, sgd.momentum, sgd.weight_decay, sgd.nesterov ? 1u : 0u};
}

}  // namespace

CudaTrainer::StepOffsets::StepOffsets(const Network& network, std::uint32_t batch) {
  const Program& p = network.program();
  ArenaLayout layout;
  result = layout.add(1, sizeof(cuda::StepResult));
  sgd = layout.add(1, sizeof(SgdNumbers));
  truth = layout.add(batch, p.outputs * sizeof(float));
  pixels = layout.add(batch, p.inputs);
  bytes = layout.bytes();
}

std::uint32_t CudaTrainer::steps_of(std::size_t images) const {
  return static_cast<std::uint32_t>((images + batch_ - 1) / batch_);
}

bool CudaTrainer::copies_images() const { return !RegisteredMemory::possible(network_.gpu()); }

CudaTrainer::DataOffsets CudaTrainer::data_offsets(std::size_t images, bool copy_pixels) const {
  const std::uint32_t steps = steps_of(images);
  ArenaLayout layout;
  DataOffsets at{};
  at.pixels = layout.add(copy_pixels ? images : 0, network_.program().inputs);
  at.labels = layout.add(images, 1);
  at.order = layout.add(images, sizeof(std::uint32_t));
  at.sgd = layout.add(steps, sizeof(SgdNumbers));
  at.step_results = layout.add(steps, sizeof(cuda::StepResult));
  at.bytes = layout.bytes();
  return at;
}

Outcome<std::monostate> CudaTrainer::check_labels(std::span<const std::uint8_t> labels) const {
  const std::uint32_t largest = *std::ranges::max_element(labels);
  if (largest < output_size()) return std::monostate{};
  return Failure{"the network tells " + std::to_string(output_size()) +
                 " classes apart, and the images have the label " + std::to_string(largest)};
}

Outcome<std::monostate> CudaTrainer::use_images(std::span<const std::uint8_t> pixels,
                                                std::span<const std::uint8_t> labels,
                                                const DeviceArena& arena) {
  const Program& program = network_.program();
  if (labels.empty() || pixels.size() != labels.size() * program.inputs)
    return Failure{std::to_string(labels.size()) + " images of " + std::to_string(program.inputs) +
                   " pixels were expected, and " + std::to_string(pixels.size()) + " pixels given"};
  if (auto checked = check_labels(labels); !checked) return checked.error();
  images_ = 0;  // until all has come
  graph_ = {};
  graph_images_ = 0;
  registered_ = {};  // memory may be registered once at a time
  registered_ = RegisteredMemory::of(network_.gpu(), std::as_bytes(pixels));
  if (auto allocated = allocate_data(labels.size(), arena); !allocated) return allocated.error();
  pixels_ = registered_ ? registered_.device_address() : data_.at(data_at_.pixels);
  if (!registered_) stream_.copy_in(pixels_, std::as_bytes(pixels));
  stream_.copy_in(data_.at(data_at_.labels), std::as_bytes(labels));
  if (auto copied = stream_.wait(); !copied) return copied.error();
  images_ = labels.size();
  return std::monostate{};
}

Outcome<std::monostate> CudaTrainer::allocate_data(std::size_t images, const DeviceArena& arena) {
  data_at_ = data_offsets(images, !registered_);
  staged_at_ = data_offsets(images, false);
  data_ = {};  // both together might not fit
  auto data = DeviceMemory::provide(network_.gpu(), data_at_.bytes, arena);
  if (!data) return data.error();
  data_ = std::move(*data);
  auto memory = HostMemory::allocate(network_.gpu(), staged_at_.bytes);
  if (!memory) return memory.error();
  staged_ = std::move(*memory);
  return std::monostate{};
}

Outcome<std::monostate> CudaTrainer::check(std::span<const std::uint32_t> order,
                                           std::span<const Sgd> sgd) const {
  if (order.empty() || order.size() > images_) {
    return Failure{"a run over " + std::to_string(order.size()) + " images was asked for, and the GPU has " +
                   std::to_string(images_)};
  }
  if (sgd.size() != steps_of(order.size()))
    return Failure{std::to_string(steps_of(order.size())) + " steps need as many learning rates, and " +
                   std::to_string(sgd.size()) + " were given"};
  if (auto enough = check_statistics((order.size() - 1) % batch_ + 1); !enough) return enough;
  if (*std::ranges::max_element(order) >= images_)
    return Failure{"the order names image " + std::to_string(*std::ranges::max_element(order)) + " of " +
                   std::to_string(images_)};
  return std::monostate{};
}

Outcome<std::monostate> CudaTrainer::check_statistics(std::size_t images) const {
  if (images >= least_images(network_.program())) return std::monostate{};
  return Failure{
      "a step would have one image, and a batch-norm needs two to learn from: take other images, or another "
      "batch size"};
}

void CudaTrainer::stage(std::span<const std::uint32_t> order, std::span<const Sgd> sgd) {
  const auto staged = staged_.bytes();
  std::memcpy(staged.data() + staged_at_.order, order.data(), order.size_bytes());
  for (std::size_t i = 0; i < sgd.size(); ++i) {
    const SgdNumbers numbers = numbers_of(sgd[i]);
    std::memcpy(staged.data() + staged_at_.sgd + i * sizeof(numbers), &numbers, sizeof(numbers));
  }
  stream_.copy_in(data_.at(data_at_.order), staged.subspan(staged_at_.order, order.size_bytes()));
  stream_.copy_in(data_.at(data_at_.sgd), staged.subspan(staged_at_.sgd, sgd.size() * sizeof(SgdNumbers)));
}

Outcome<std::vector<lentil::StepResult>> CudaTrainer::run(std::span<const std::uint32_t> order,
                                                          std::span<const Sgd> sgd) {
  if (auto checked = check(order, sgd); !checked) return checked.error();
  const auto begin = Clock::now();
  stage(order, sgd);
  if (graph_images_ != order.size()) {
    graph_ = Graph::record(stream_, [&] { queue_steps(order.size()); });
    graph_images_ = order.size();
  }
  if (graph_) {
    graph_.launch(stream_);
  } else {
    queue_steps(order.size());
  }
  stream_.copy_out(staged_.bytes().subspan(staged_at_.step_results, sgd.size() * sizeof(cuda::StepResult)),
                   data_.at(data_at_.step_results));
  if (auto done = stream_.wait(); !done) return done.error();
  step_seconds_ =
      std::chrono::duration<double>(Clock::now() - begin).count() / static_cast<double>(sgd.size());
  return collect(staged_.bytes().subspan(staged_at_.step_results), sgd.size());
}

std::vector<lentil::StepResult> CudaTrainer::collect(std::span<const std::byte> results, std::size_t count) {
  std::vector<lentil::StepResult> steps(count);
  bool finite = true;
  for (std::size_t i = 0; i < count; ++i) {
    cuda::StepResult result;
    std::memcpy(&result, results.data() + i * sizeof(result), sizeof(result));
    finite = finite && std::isfinite(result.loss);
    steps_done_ += finite ? 1 : 0;
    steps[i] = {finite ? Status::ok : Status::non_finite_loss, result.loss, result.correct};
  }
  return steps;
}

void CudaTrainer::queue_steps(std::size_t images) {
  const Source source{.images = pixels_,
                      .order = data_.at(data_at_.order),
                      .labels = data_.at(data_at_.labels),
                      .targets = 0,
                      .sgd = data_.at(data_at_.sgd),
                      .results = data_.at(data_at_.step_results)};
  for (std::uint32_t step = 0; step < steps_of(images); ++step) {
    const std::size_t first = std::size_t{step} * batch_;
    queue_step(source, step, static_cast<std::uint32_t>(first),
               static_cast<std::uint32_t>(std::min<std::size_t>(batch_, images - first)));
  }
}

Outcome<lentil::StepResult> CudaTrainer::step(std::span<const std::uint8_t> pixels,
                                              std::span<const std::uint8_t> labels, const Sgd& sgd) {
  if (!labels.empty()) {
    if (auto checked = check_labels(labels); !checked) return checked.error();
  }
  return step(pixels, std::as_bytes(labels), labels.size(), sgd);
}

Outcome<lentil::StepResult> CudaTrainer::step(std::span<const std::uint8_t> pixels,
                                              std::span<const float> targets, const Sgd& sgd) {
  return step(pixels, std::as_bytes(targets), targets.size() / output_size(), sgd);
}

Outcome<lentil::StepResult> CudaTrainer::step(std::span<const std::uint8_t> pixels,
                                              std::span<const std::byte> truth, std::size_t images,
                                              const Sgd& sgd) {
  const std::size_t inputs = network_.program().inputs;
  const bool labels = truth.size() == images;
  if (images == 0 || images > batch_ || pixels.size() != images * inputs ||
      (!labels && truth.size() != images * output_size() * sizeof(float)))
    return Failure{"a step on this GPU takes up to " + std::to_string(batch_) + " images of " +
                   std::to_string(inputs) + " pixels, with a label or " + std::to_string(output_size()) +
                   " targets each; the sizes given do not fit"};
  if (auto enough = check_statistics(images); !enough) return enough.error();
  if (auto ready = allocate_step(); !ready) return ready.error();
  const auto staged = step_staged_.bytes();
  const SgdNumbers numbers = numbers_of(sgd);
  std::memcpy(staged.data() + step_at_.sgd, &numbers, sizeof(numbers));
  std::memcpy(staged.data() + step_at_.truth, truth.data(), truth.size());
  std::memcpy(staged.data() + step_at_.pixels, pixels.data(), pixels.size());
  hand_over_step(static_cast<std::uint32_t>(images), labels);
  if (auto done = stream_.wait(); !done) return done.error();
  return collect(staged.subspan(step_at_.result), 1)[0];
}

Outcome<std::monostate> CudaTrainer::allocate_step() {
  if (step_block_ != 0) return std::monostate{};
  auto memory = HostMemory::allocate(network_.gpu(), step_at_.bytes);
  if (!memory) return memory.error();
  step_staged_ = std::move(*memory);
  step_block_ = network_.uses_host_memory() ? step_staged_.device_address() : memory_.at(at_.step);
  return std::monostate{};
}

// Whole batches are recorded: a step is then one call of the driver's.
void CudaTrainer::hand_over_step(std::uint32_t images, bool labels) {
  if (images < batch_) return queue_own_step(images, labels);
  if (!step_graph_ || step_graph_labels_ != labels) {
    step_graph_ = Graph::record(stream_, [&] { queue_own_step(images, labels); });
    step_graph_labels_ = labels;
  }
  if (step_graph_) {
    step_graph_.launch(stream_);
  } else {
    queue_own_step(images, labels);
  }
}

void CudaTrainer::queue_own_step(std::uint32_t images, bool labels) {
  const auto staged = step_staged_.bytes();
  const bool copied = !network_.uses_host_memory();
  const std::size_t end = step_at_.pixels + images * network_.program().inputs;
  if (copied) stream_.copy_in(step_block_ + step_at_.sgd, staged.subspan(step_at_.sgd, end - step_at_.sgd));
  queue_step({.images = step_block_ + step_at_.pixels,
              .order = 0,
              .labels = labels ? step_block_ + step_at_.truth : 0,
              .targets = labels ? 0 : step_block_ + step_at_.truth,
              .sgd = step_block_ + step_at_.sgd,
              .results = step_block_ + step_at_.result},
             0, 0, images);
  if (copied)
    stream_.copy_out(staged.subspan(step_at_.result, sizeof(cuda::StepResult)),
                     step_block_ + step_at_.result);
}

void CudaTrainer::queue_step(const Source& source, std::uint32_t step, std::uint32_t first,
                             std::uint32_t count) {
  const ImagesArgs images{.gradients = on_device<float>(at_.gradients),
                          .results = on_device<ImageResult>(at_.results),
                          .parameters = on_device<float>(at_.parameters),
                          .prepared = on_device<float>(at_.prepared),
                          .images = device_pointer<void>(source.images),
                          .order = device_pointer<std::uint32_t>(source.order),
                          .labels = device_pointer<std::uint8_t>(source.labels),
                          .targets = device_pointer<float>(source.targets),
                          .state = on_device<TrainState>(at_.state),
                          .statistics = on_device<float>(at_.statistics),
                          .slabs = network_.slabs_or_none(memory_.at(at_.slabs)),
                          .seed = seed_,
                          .first = first,
                          .count = count};
  const RowsArgs rows{.parameters = on_device<float>(at_.parameters),
                      .prepared = on_device<float>(at_.prepared),
                      .gradients = images.gradients,
                      .statistics = on_device<float>(at_.statistics),
                      .slabs = images.slabs,
                      .velocities = has_velocity_ ? on_device<float>(at_.velocities) : nullptr,
                      .results = images.results,
                      .sgd = device_pointer<SgdNumbers>(source.sgd),
                      .step_results = device_pointer<cuda::StepResult>(source.results),
                      .state = on_device<TrainState>(at_.state),
                      .work = RowsWork::update,
                      .count = count,
                      .step = step};
  queue_images(images, rows);
  stream_.launch(network_.rows(), memory_.at(at_.program), rows);
}

// In one go, or from batch-norm to batch-norm.
void CudaTrainer::queue_images(ImagesArgs images, RowsArgs rows) {
  const DeviceAddress program = memory_.at(at_.program);
  for (;;) {
    const DeviceStop stop = next_stop(network_.program(), images.from);
    images.until = stop.place;
    stream_.launch(network_.images(images.count), program, images);
    if (stop.place == kAllPlaces) return;
    rows.work = stop.work;
    rows.batch_norm = stop.batch_norm;
    stream_.launch(network_.channels(stop), program, rows);
    images.from = stop.place;
  }
}

}  // namespace lentil::cuda
