#include "formats/host/cuda_vendor/session.h"

#include <algorithm>
#include <cstring>

#include "formats/host/cuda/driver_codes.h"

namespace lentil::cuda_vendor {
namespace {

template <class T>
T* on_device(const cuda::DeviceMemory& memory, std::size_t offset) {
  return cuda::device_pointer<T>(memory.at(offset));
}

}  // namespace

Outcome<VendorSession> VendorSession::create(const cuda::Gpu& gpu, const Model& model, std::uint32_t batch,
                                             std::size_t most_workspace_bytes, const LibraryNames& names) {
  if (batch == 0) return Failure{"a batch needs at least one image"};
  VendorSession session(gpu);
  session.batch_ = batch;
  session.inputs_ = model.input.count();
  if (auto started = session.start(names); !started) return started.error();
  auto steps = vendor_steps(*session.libraries_, model, {batch, most_workspace_bytes});
  if (!steps) return steps.error();
  if (steps->empty()) return Failure{"the network has no layer that does anything"};
  session.steps_ = std::move(*steps);
  if (auto allocated = session.allocate(model); !allocated) return allocated.error();
  if (auto uploaded = session.upload(model); !uploaded) return uploaded.error();
  return session;
}

VendorSession::~VendorSession() {
  if (stream_ && gpu_->enter() == cuda::kSuccess) gpu_->driver()->stream_wait(stream_.get());
}

Outcome<std::monostate> VendorSession::outcome(const char* doing, cuda::Code code) const {
  if (code != cuda::kSuccess) return gpu_->failure(doing, code);
  return std::monostate{};
}

Outcome<std::monostate> VendorSession::start(const LibraryNames& names) {
  cuda::StreamHandle stream = nullptr;
  cuda::Code code = gpu_->enter();
  if (code == cuda::kSuccess) code = gpu_->driver()->stream_create(&stream, cuda::kStreamNonBlocking);
  if (code != cuda::kSuccess) return gpu_->failure("starting a stream", code);
  stream_ = {*gpu_, stream};
  auto libraries = Libraries::start(stream, names);
  if (!libraries) return libraries.error();
  libraries_ = std::move(*libraries);
  return std::monostate{};
}

Outcome<std::monostate> VendorSession::allocate(const Model& model) {
  std::size_t most_values = inputs_, most_workspace = 0;
  cuda::ArenaLayout layout;
  for (const VendorStep& step : steps_) {
    const Layer layer = model.layer(step.layer);
    most_values = std::max(most_values, step.values);
    most_workspace = std::max(most_workspace, step.workspace_bytes);
    const auto weight = layer.tensor(Slot::weight), bias = layer.tensor(Slot::bias);
    tensors_.push_back({.weight = layout.add(weight.size(), sizeof(float)),
                        .bias = layout.add(bias.size(), sizeof(float)),
                        .has_bias = !bias.empty()});
  }
  for (std::size_t& at : values_at_) at = layout.add(batch_, most_values * sizeof(float));
  workspace_at_ = layout.add(most_workspace, 1);
  blas_workspace_at_ = layout.add(kBlasWorkspaceBytes, 1);
  auto memory = cuda::DeviceMemory::allocate(*gpu_, layout.bytes());
  if (!memory) return memory.error();
  memory_ = std::move(*memory);
  auto staged = cuda::HostMemory::allocate(*gpu_, batch_ * (inputs_ + output_size()) * sizeof(float));
  if (!staged) return staged.error();
  staged_ = std::move(*staged);
  return std::monostate{};
}

Outcome<std::monostate> VendorSession::upload(const Model& model) {
  const cublasStatus_t given = libraries_->blas().set_workspace(
      libraries_->blas_handle(), on_device<void>(memory_, blas_workspace_at_), kBlasWorkspaceBytes);
  if (given != CUBLAS_STATUS_SUCCESS) return libraries_->failure("giving cuBLAS its workspace", given);
  cuda::Code code = gpu_->enter();
  const auto copy = [&](std::size_t to, std::span<const float> values) {
    if (code != cuda::kSuccess || values.empty()) return;
    code = gpu_->driver()->copy_in(memory_.at(to), values.data(), values.size_bytes(), stream_.get());
  };
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Layer layer = model.layer(steps_[i].layer);
    copy(tensors_[i].weight, layer.tensor(Slot::weight));
    copy(tensors_[i].bias, layer.tensor(Slot::bias));
  }
  // Waits in any case: copies that were begun read the model.
  const cuda::Code waited = gpu_->driver()->stream_wait(stream_.get());
  return outcome("copying the weights", code != cuda::kSuccess ? code : waited);
}

std::optional<Failure> VendorSession::queue_steps() {
  std::size_t from = values_at_[0], other = values_at_[1];
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const std::size_t to = steps_[i].in_place ? from : other;
    const Tensors& t = tensors_[i];
    if (auto failure = steps_[i].run({.x = on_device<const float>(memory_, from),
                                      .y = on_device<float>(memory_, to),
                                      .weight = on_device<const float>(memory_, t.weight),
                                      .bias = t.has_bias ? on_device<const float>(memory_, t.bias) : nullptr,
                                      .workspace = on_device<void>(memory_, workspace_at_)}))
      return failure;
    if (to != from) std::swap(from, other);
  }
  outputs_at_ = from;
  return std::nullopt;
}

Outcome<std::monostate> VendorSession::run(std::span<const float> input, std::span<float> output) {
  if (input.size() != batch_ * inputs_ || output.size() != batch_ * output_size()) {
    return Failure{"the libraries were prepared for " + std::to_string(batch_) + " images of " +
                   std::to_string(inputs_) + " values; other sizes were given"};
  }
  const auto& driver = gpu_->driver();
  std::byte* const outputs = staged_.bytes().data() + input.size_bytes();
  std::memcpy(staged_.bytes().data(), input.data(), input.size_bytes());
  cuda::Code code = gpu_->enter();
  if (code == cuda::kSuccess)
    code =
        driver->copy_in(memory_.at(values_at_[0]), staged_.bytes().data(), input.size_bytes(), stream_.get());
  if (code != cuda::kSuccess) return outcome("copying images", code);
  if (auto failure = queue_steps()) return *failure;
  code = driver->copy_out(outputs, memory_.at(outputs_at_), output.size_bytes(), stream_.get());
  const cuda::Code waited = driver->stream_wait(stream_.get());
  if (code == cuda::kSuccess) code = waited;
  if (code != cuda::kSuccess) return outcome("running cuDNN and cuBLAS", code);
  std::memcpy(output.data(), outputs, output.size_bytes());
  return std::monostate{};
}

}  // namespace lentil::cuda_vendor
