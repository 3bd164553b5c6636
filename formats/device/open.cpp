// lentil_needed, lentil_open.
#include <new>

#include "formats/device/network.h"
#include "formats/device/opening.h"

namespace lentil::device {
namespace {

std::span<std::byte> bytes_at(void* memory, std::size_t count) {
  return {static_cast<std::byte*>(memory), count};
}
std::span<const std::byte> bytes_at(const void* memory, std::size_t count) {
  return {static_cast<const std::byte*>(memory), count};
}

template <class T>
std::span<T> values(std::span<std::byte> arena, std::uint64_t begin, std::uint64_t end) {
  return {reinterpret_cast<T*>(arena.data() + begin), static_cast<std::size_t>(end - begin) / sizeof(T)};
}

template <class Engine>
Engine* put(const Engine& engine, lentil_network* network) {
  static_assert(alignof(Engine) <= alignof(lentil_network));
  return new (network + 1) Engine(engine);
}

// Behind the network, which is complete but for it.
Error make_engine(const Opening& opening, const lentil_options& options, std::span<std::byte> memory,
                  lentil_network* network) {
  const Model model = opening.file.model();
  const auto& kernels = *kernels::cpu("").table;  // the best ones: no environment variable has a say
  if (options.mode == LENTIL_LEARN) {
    const auto made = Learner::create(model, *opening.plan, kernels, memory, opening.limits, options.seed);
    if (!made) return made.error();
    network->learner = put(*made, network);
    network->trainer = &network->learner->trainer();
  } else if (options.mode == LENTIL_TRAIN) {
    const auto made = Trainer::create(model, *opening.plan, kernels, memory, options.seed);
    if (!made) return made.error();
    network->trainer = put(*made, network);
  } else {
    const auto made = Session::create(model, *opening.plan, kernels, memory);
    if (!made) return made.error();
    network->session = put(*made, network);
  }
  if (network->trainer != nullptr) network->session = &network->trainer->session();
  return {};
}

lentil_network* make_network(const Opening& opening, std::span<std::byte> arena) {
  const Places& at = opening.places;
  return new (arena.data()) lentil_network{.file = opening.file,
                                           .session = nullptr,
                                           .trainer = nullptr,
                                           .learner = nullptr,
                                           .outputs = values<float>(arena, at.outputs, at.pixels),
                                           .pixels = values<std::uint8_t>(arena, at.pixels, at.workspace),
                                           .replay = opening.limits.replay};
}

}  // namespace
}  // namespace lentil::device

using namespace lentil;
using namespace lentil::device;

lentil_error lentil_needed(const void* model, size_t model_bytes, const lentil_options* options, void* memory,
                           size_t memory_bytes, uint64_t* arena_bytes) {
  if (model == nullptr) return missing(0);
  if (memory == nullptr && memory_bytes != 0) return missing(3);
  if (arena_bytes == nullptr) return missing(5);
  const lentil_options usual{};
  const auto opening = prepare_opening(bytes_at(model, model_bytes), options == nullptr ? usual : *options,
                                       bytes_at(memory, memory_bytes));
  if (!opening) return to_c(opening.error());
  *arena_bytes = opening->places.end;
  return done();
}

lentil_error lentil_open(lentil_network** network, const void* model, size_t model_bytes,
                         const lentil_options* options, void* arena, size_t arena_bytes) {
  if (network == nullptr) return missing(0);
  *network = nullptr;
  if (model == nullptr) return missing(1);
  if (arena == nullptr) return missing(4);
  const lentil_options given = options == nullptr ? lentil_options{} : *options;
  const auto memory = bytes_at(arena, arena_bytes);
  const auto opening = prepare_opening(bytes_at(model, model_bytes), given, memory);
  if (!opening) return to_c(opening.error());
  const Places& at = opening->places;
  if (arena_bytes < at.end) return to_c({Status::arena_too_small, 0, at.end, arena_bytes});
  lentil_network* const made = make_network(*opening, memory);
  const Error error =
      make_engine(*opening, given, values<std::byte>(memory, at.engine_memory, at.engine_end), made);
  if (wrong(error)) return to_c(error);
  *network = made;
  return done();
}
