// lentil_classify, lentil_run.
#include <algorithm>
#include <array>

#include "formats/device/network.h"
#include "formats/recipe.h"
#include "runtime/answer.h"
#include "runtime/plan_data.h"

namespace lentil::device {
namespace {

constexpr std::uint32_t kMostChannels = 4;

std::uint32_t stride_of(const lentil_image& image, std::uint32_t row) {
  return image.stride == 0 ? row : image.stride;
}

Error check_prepared(const lentil_image& image, const Shape& shape) {
  const std::array<std::uint32_t, 4> needed{shape.channels, shape.height, shape.width, shape.width};
  const std::array<std::uint32_t, 4> given{image.channels, image.height, image.width,
                                           stride_of(image, shape.width)};
  for (std::uint32_t i = 0; i < needed.size(); ++i) {
    if (given[i] != needed[i]) return {Status::bad_picture, i, needed[i], given[i]};
  }
  return {};
}

InputType input_of(const lentil_network& network) { return network.session->plan().input; }

}  // namespace

Result<std::span<const std::uint8_t>> see(const lentil_network& network, const lentil_image& image,
                                          Prepared& found) {
  if (input_of(network) != InputType::uint8)
    return Error{Status::wrong_input_type, 0, LENTIL_PIXELS, LENTIL_FLOATS};
  const Shape shape = picture_shape(network.session->model().input);
  if (network.pixels.empty()) {
    if (const Error e = check_prepared(image, shape); wrong(e)) return e;
    found = {.width = shape.width, .height = shape.height};
    return std::span(image.pixels, shape.count());
  }
  if (image.channels == 0 || image.channels > kMostChannels)
    return Error{Status::bad_picture, 0, kMostChannels, image.channels};
  const Picture picture{image.pixels, image.width, image.height,
                        stride_of(image, image.width * image.channels),
                        static_cast<PixelFormat>(image.channels)};
  auto* const workspace = reinterpret_cast<std::byte*>(network.pixels.data() + network.pixels.size());
  const auto prepared =
      prepare(picture, *formats::recipe_of(network.file), shape, {workspace, kPrepareBytes}, network.pixels);
  if (!prepared) return prepared.error();
  found = *prepared;
  return std::span<const std::uint8_t>(network.pixels);
}

Error check_input(const lentil_network& network, std::size_t bytes, std::uint32_t images) {
  const Plan& plan = network.session->plan();
  if (images == 0 || images > plan.batch) return {Status::bad_batch, 0, plan.batch, images};
  const std::uint64_t value = plan.input == InputType::uint8 ? 1 : sizeof(float);
  const std::uint64_t needed = images * value * network.session->model().input.count();
  if (bytes != needed) return {Status::wrong_size, 0, needed, bytes};
  return {};
}

}  // namespace lentil::device

using namespace lentil;
using namespace lentil::device;

lentil_error lentil_classify(lentil_network* network, const lentil_image* image, lentil_answer* answer,
                             float* probabilities, size_t count) {
  if (network == nullptr) return missing(0);
  if (image == nullptr || image->pixels == nullptr) return missing(1);
  if (answer == nullptr) return missing(2);
  const std::size_t classes = network->session->output_size();
  if (count != (probabilities == nullptr ? 0 : classes))
    return to_c({Status::wrong_size, 0, probabilities == nullptr ? 0 : classes, count});
  Prepared found;
  const auto pixels = see(*network, *image, found);
  if (!pixels) return to_c(pixels.error());
  const Status status = network->session->run(*pixels, network->outputs);
  if (status != Status::ok) return to_c({status});
  to_probabilities(network->session->model(), network->outputs);
  const std::size_t label = lentil::answer(network->outputs);
  *answer = {static_cast<std::uint32_t>(label),
             network->outputs[label],
             found.x,
             found.y,
             found.width,
             found.height};
  std::copy_n(network->outputs.begin(), count, probabilities);
  return done();
}

lentil_error lentil_run(lentil_network* network, const void* input, size_t input_bytes, uint32_t images,
                        float* outputs, size_t count) {
  if (network == nullptr) return missing(0);
  if (input == nullptr) return missing(1);
  if (outputs == nullptr) return missing(4);
  if (const Error e = check_input(*network, input_bytes, images); wrong(e)) return to_c(e);
  const std::size_t needed = images * network->session->output_size();
  if (count != needed) return to_c({Status::wrong_size, 0, needed, count});
  const std::span<float> to(outputs, count);
  Session& session = *network->session;
  const Status status =
      session.plan().input == InputType::uint8
          ? session.run(std::span(static_cast<const std::uint8_t*>(input), input_bytes), to)
          : session.run(std::span(static_cast<const float*>(input), input_bytes / sizeof(float)), to);
  return to_c({status});
}
