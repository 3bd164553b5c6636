#include "formats/device/opening.h"

#include <algorithm>
#include <array>

#include "formats/device/network.h"
#include "formats/model_reader.h"
#include "formats/recipe.h"
#include "runtime/plan_data.h"
#include "runtime/prepare.h"

namespace lentil::device {
namespace {

using formats::FileView;

// Of the network and its engine, in front of the engine's memory. The same on every machine, so that an arena
// has one size: pointers of 8 bytes have room, those of 4 leave some.
constexpr std::array<std::uint64_t, 3> kHeadBytes{256, 576, 320};
static_assert(sizeof(lentil_network) + sizeof(Session) <= kHeadBytes[LENTIL_INFER]);
static_assert(sizeof(lentil_network) + sizeof(Learner) <= kHeadBytes[LENTIL_LEARN]);
static_assert(sizeof(lentil_network) + sizeof(Trainer) <= kHeadBytes[LENTIL_TRAIN]);

Error check_options(const lentil_options& options) {
  const std::array<std::uint32_t, 6> given{options.mode,     options.goal,     options.input,
                                           options.pictures, options.velocity, options.trusted};
  constexpr std::array<std::uint32_t, 6> kMost{
      LENTIL_TRAIN, LENTIL_FAST, LENTIL_FLOATS, LENTIL_PREPARED_PICTURE, LENTIL_VELOCITY_NONE, 1};
  for (std::uint32_t i = 0; i < given.size(); ++i) {
    if (given[i] > kMost[i]) return {Status::bad_option, i, kMost[i], given[i]};
  }
  if (options.mode == LENTIL_LEARN && options.input != LENTIL_PIXELS)
    return {Status::wrong_input_type, 0, LENTIL_PIXELS, options.input};
  return {};
}

Error check_memory(std::span<const std::byte> model, std::span<std::byte> memory) {
  const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
  const auto file = reinterpret_cast<std::uintptr_t>(model.data());
  if (begin % kArenaAlignment != 0)
    return {Status::arena_misaligned, 0, kArenaAlignment, begin % kArenaAlignment};
  const std::size_t most = SIZE_MAX - std::max(begin, file);  // what would go beyond the last address
  const auto end = begin + std::min(memory.size(), most), file_end = file + std::min(model.size(), most);
  const auto first = std::max(begin, file), last = std::min(end, file_end);
  if (first < last) return {Status::arena_overlaps, 0, model.size(), last - first};
  return {};
}

// The layers with weights in front of the last `trained` ones, at the end of `memory`.
std::span<const std::uint16_t> frozen_layers(const Model& model, std::uint32_t trained,
                                             std::span<std::byte> memory) {
  const std::span<std::uint16_t> room{reinterpret_cast<std::uint16_t*>(memory.data()), model.layer_count};
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    if (model.layer(i).has_parameters()) room[count++] = static_cast<std::uint16_t>(i);
  }
  return room.first(count > trained ? count - trained : 0);
}

std::uint32_t pictures_with_pixels(const FileView& file) {
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < file.replay_count(); ++i) count += !file.replay(i).pixels.empty();
  return count;
}

std::uint32_t given_or(std::uint32_t given, std::uint32_t usual) { return given == 0 ? usual : given; }

LearnerLimits limits_of(const lentil_options& options, const FileView& file) {
  LearnerLimits limits{.corrections = given_or(options.corrections, 64), .replay = 0};
  if (options.replay != LENTIL_NONE)
    limits.replay = std::min(given_or(options.replay, 64), pictures_with_pixels(file));
  return limits;
}

std::uint64_t engine_bytes(const Model& model, const Opening& opening, std::uint32_t mode) {
  return mode == LENTIL_LEARN ? learner_bytes(model, *opening.plan, opening.limits)
                              : arena_bytes(*opening.plan);
}

Places places_of(const Model& model, const lentil_options& options, const Opening& opening,
                 std::uint64_t planning) {
  const bool classifies = options.input == LENTIL_PIXELS;
  const bool prepares = classifies && options.pictures == LENTIL_ANY_PICTURE;
  Places at{};
  at.engine_memory = kHeadBytes[options.mode];
  at.engine_end = at.engine_memory + engine_bytes(model, opening, options.mode);
  at.outputs = round_up(at.engine_end, sizeof(float));
  at.pixels = at.outputs + (classifies ? opening.output_count * std::uint64_t{sizeof(float)} : 0);
  at.workspace = at.pixels + (prepares ? model.input.count() : 0);
  at.end = std::max(at.workspace + (prepares ? kPrepareBytes : 0), planning);
  return at;
}

Result<const Plan*> make_plan(const Model& model, const lentil_options& options, std::span<std::byte> memory,
                              std::size_t frozen_bytes) {
  const auto notes = memory.first(memory.size() - frozen_bytes);
  PlanOptions wanted{.mode = options.mode == LENTIL_INFER ? Mode::infer : Mode::train,
                     .goal = options.goal == LENTIL_FAST ? Goal::fast : Goal::small,
                     .input = options.input == LENTIL_FLOATS ? InputType::float32 : InputType::uint8,
                     .batch = given_or(options.batch, 1),
                     .momentum = options.velocity == LENTIL_VELOCITY_FLOAT32};
  if (options.train_last != 0)
    wanted.frozen = frozen_layers(model, options.train_last, memory.last(frozen_bytes));
  return plan(model, wanted, notes);
}

}  // namespace

Result<Opening> prepare_opening(std::span<const std::byte> model, const lentil_options& options,
                                std::span<std::byte> memory) {
  if (const Error e = check_options(options); wrong(e)) return e;
  if (const Error e = check_memory(model, memory); wrong(e)) return e;
  const auto file = formats::open_model(model, {.checksum = options.trusted == 0});
  if (!file) return file.error();
  if (options.input == LENTIL_PIXELS && options.pictures == LENTIL_ANY_PICTURE) {
    if (const auto recipe = formats::recipe_of(*file); !recipe) return recipe.error();
  }
  const Model network = file->model();
  const std::size_t head = static_cast<std::size_t>(kHeadBytes[options.mode]);
  const std::size_t frozen_bytes = options.train_last == 0 ? 0 : network.layer_count * sizeof(std::uint16_t);
  const auto planning =
      static_cast<std::size_t>(head + round_up(plan_memory_bytes(network), 2) + frozen_bytes);
  if (memory.size() < planning) return Error{Status::arena_too_small, 0, planning, memory.size()};
  const auto made = make_plan(network, options, memory.subspan(head, planning - head), frozen_bytes);
  if (!made) return made.error();
  const auto outputs = (*made)->tensors()[(*made)->output].shape.count();
  Opening opening{*file, *made, limits_of(options, *file), static_cast<std::uint32_t>(outputs), {}};
  opening.places = places_of(network, options, opening, planning);
  return opening;
}

}  // namespace lentil::device
