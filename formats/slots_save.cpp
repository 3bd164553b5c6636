#include <bit>

#include "formats/finite.h"
#include "formats/slot_golden.h"
#include "formats/slot_io.h"
#include "formats/slots.h"
#include "runtime/plan_data.h"

namespace lentil::formats {
namespace {

Error check_storage(const Storage& storage) {
  if (storage.erase == nullptr || storage.write == nullptr || storage.read == nullptr)
    return {Status::storage_failed};
  constexpr std::uint32_t kLargest = kPieceBytes - kMostGoldenOutputs * sizeof(float);
  const std::uint32_t unit = storage.write_unit;
  return std::has_single_bit(unit) && unit <= kLargest ? Error{}
                                                       : Error{Status::bad_write_unit, 0, kLargest, unit};
}

// visit(layer's number) for those that the trainer has weights of.
template <class Visit>
void for_each_trained(Trainer& trainer, Visit visit) {
  for (std::uint32_t layer = 0; layer < trainer.session().model().layer_count; ++layer) {
    if (!trainer.weights(layer, Slot::weight).empty()) visit(static_cast<std::uint16_t>(layer));
  }
}

template <class Visit>
void for_each_tensor(const Learnt& from, bool velocities, Visit visit) {
  for_each_trained(from.trainer, [&](std::uint16_t layer) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto slot = static_cast<Slot>(s);
      visit(layer, velocities ? from.trainer.velocity(layer, slot) : from.trainer.weights(layer, slot));
    }
  });
}

// What find_learnt() would pass over must not be written.
Error check_numbers(const Learnt& from) {
  Error error;
  for (const bool velocities : {false, true}) {
    for_each_tensor(from, velocities, [&](std::uint16_t layer, std::span<const float> values) {
      if (const std::size_t bad = first_non_finite(values); bad < values.size() && !wrong(error))
        error = {Status::non_finite_weight, layer, 0, bad};
    });
  }
  return error;
}

// Where the newest is not. A slot that cannot be used is better than an empty one: it might come back.
std::uint32_t slot_to_write(const SlotsState& state) {
  if (state.newest != kNoSlot) return other_slot(static_cast<std::uint32_t>(state.newest));
  const bool first_is_empty = state.slots[0].status == Status::slot_empty;
  return first_is_empty && state.slots[1].status != Status::slot_empty ? 1 : 0;
}

void write_layers(const Learnt& from, SlotWriter& writer) {
  for_each_trained(from.trainer, [&](std::uint16_t layer) { writer.add(&layer, sizeof(layer)); });
  constexpr std::uint16_t kPadding = 0;
  writer.add(&kPadding, writer.offset() % sizeof(float));
}

void write_golden(const Learnt& from, const SlotHeader& header, SlotWriter& writer) {
  for (std::uint32_t sample = 0; sample < header.golden; ++sample) {
    run_golden(from.base, sample, from.trainer.session(), writer.room(header.outputs));
    writer.add_room(header.outputs);
  }
}

void write_corrections(const Learner& learner, SlotWriter& writer) {
  for (std::uint32_t age = 0; age < learner.corrections(); ++age) {
    const std::uint8_t label = learner.correction_label(age);
    writer.add(&label, 1);
  }
  for (std::uint32_t age = 0; age < learner.corrections(); ++age) {
    const auto pixels = learner.correction_pixels(age);
    writer.add(pixels.data(), pixels.size());
  }
}

// Functions of their own below, so that their frames, the scratch first, lie on the stack in turn, not
// together.

// All but the commit mark; its CRC-32.
[[gnu::noinline]] Result<std::uint32_t> write_content(const Storage& storage, std::uint32_t slot,
                                                      const Learnt& from, const SlotHeader& header) {
  SlotWriter writer(storage, slot);
  const SlotHeaderBytes bytes = encode(header);
  writer.add(bytes.data(), bytes.size());
  write_layers(from, writer);
  const auto add = [&](std::uint16_t, std::span<const float> values) {
    writer.add(values.data(), values.size_bytes());
  };
  for_each_tensor(from, false, add);
  if (header.velocities) for_each_tensor(from, true, add);
  write_golden(from, header, writer);
  if (from.learner != nullptr) write_corrections(*from.learner, writer);
  writer.finish();
  if (wrong(writer.error())) return writer.error();
  return writer.crc();
}

[[gnu::noinline]] Error commit(const Storage& storage, std::uint32_t slot, const SlotHeader& header,
                               std::uint32_t crc) {
  const Error failed{Status::storage_failed, slot, header.commit, kCommitBytes};
  // What was written must be there before the mark says so.
  if (!sync(storage, slot)) return failed;
  const auto stored = slot_crc(storage, slot, header.commit);
  if (!stored) return stored.error();
  if (*stored != crc) return {Status::slot_not_verified, slot, crc, *stored};
  SlotWriter writer(storage, slot, header.commit);
  const CommitMark mark = commit_mark(crc);
  writer.add(mark.data(), mark.size());
  writer.finish();
  if (wrong(writer.error())) return writer.error();
  CommitMark written{};
  SlotReader reader(storage, slot, header.commit);
  if (!sync(storage, slot) || !reader.read(written.data(), written.size())) return failed;
  return written == mark ? Error{} : Error{Status::slot_not_verified, slot, crc, *stored};
}

// Trained layers and their values, as the plan has them.
struct Counts {
  std::uint32_t layers = 0;
  std::uint64_t weights = 0, velocities = 0;
};

Counts count(const Model& model, const Plan& plan) {
  Counts counts;
  for (const Step& step : plan.steps()) {
    if (!step.has(kTrained)) continue;
    const Layer layer = model.layer(step.layer);
    ++counts.layers;
    counts.weights += weight_count(layer);
    counts.velocities += step.velocity == kNoOffset ? 0 : velocity_count(layer);
  }
  return counts;
}

// The commit mark starts a write unit of its own.
std::uint64_t commit_offset(const FileView& base, const Plan& plan, const SlotHeader& header,
                            std::uint32_t unit) {
  const Model model = base.model();
  const Counts counts = count(model, plan);
  const SlotParts parts(header, counts.weights, header.velocities ? counts.velocities : 0, model.input);
  return round_up(parts.end, unit);
}

std::uint64_t end_of(std::uint64_t commit, std::uint32_t unit) {
  return commit + round_up(kCommitBytes, unit);
}

SlotHeader header_of(const FileView& base, const Plan& plan, const SlotContents& contents) {
  const Counts counts = count(base.model(), plan);
  return {.velocities = contents.velocities && counts.velocities > 0,
          .base_checksum = base.checksum(),
          .base_bytes = static_cast<std::uint32_t>(base.bytes().size()),
          .layers = counts.layers,
          .outputs = static_cast<std::uint32_t>(plan.tensors()[plan.output].shape.count()),
          .golden = golden_to_record(base, plan),
          .corrections = contents.corrections};
}

// Of the next save, and the slot that it goes to.
[[gnu::noinline]] SlotHeader next_header(const Storage& storage, const Learnt& from, std::uint32_t& slot) {
  const SlotsState state = find_learnt(storage, from.base);
  slot = slot_to_write(state);
  SlotHeader header = header_of(from.base, from.trainer.session().plan(), {from.velocities, 0});
  if (state.newest != kNoSlot) header.parent = state.headers[static_cast<std::size_t>(state.newest)].sequence;
  header.sequence = after(header.parent);
  header.step = from.trainer.steps_done();
  header.seed = from.trainer.seed();
  if (from.learner != nullptr) {
    header.corrections = from.learner->corrections();
    header.next_place = from.learner->next_place();
  }
  return header;
}

}  // namespace

std::uint64_t slot_bytes(const FileView& base, const Plan& plan, const SlotContents& contents,
                         std::uint32_t write_unit) {
  return end_of(commit_offset(base, plan, header_of(base, plan, contents), write_unit), write_unit);
}

Result<Saved> save_learnt(const Storage& storage, const Learnt& from) {
  if (const Error e = check_storage(storage); wrong(e)) return e;
  if (const Error e = check_numbers(from); wrong(e)) return e;
  const Plan& plan = from.trainer.session().plan();
  const std::uint32_t unit = storage.write_unit;
  const std::uint32_t places = from.learner == nullptr ? 0 : from.learner->places();
  const std::uint64_t needed = slot_bytes(from.base, plan, {from.velocities, places}, unit);
  if (needed > storage.slot_bytes) return Error{Status::slot_too_small, 0, needed, storage.slot_bytes};

  std::uint32_t slot = 0;
  SlotHeader header = next_header(storage, from, slot);
  header.commit = static_cast<std::uint32_t>(commit_offset(from.base, plan, header, unit));
  if (!storage.erase(storage.context, slot))
    return Error{Status::storage_failed, slot, 0, storage.slot_bytes};
  const auto crc = write_content(storage, slot, from, header);
  if (!crc) return crc.error();
  if (const Error e = commit(storage, slot, header, *crc); wrong(e)) return e;
  return Saved{slot, header.sequence, end_of(header.commit, unit)};
}

}  // namespace lentil::formats
