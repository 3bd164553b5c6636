// lentil_load, lentil_save, lentil_undo.
#include "formats/device/network.h"
#include "formats/slots.h"

namespace lentil::device {
namespace {

using namespace formats;

Storage storage_of(const lentil_storage& given) {
  return {.context = given.context,
          .erase = given.erase,
          .write = given.write,
          .read = given.read,
          .sync = given.sync,
          .slot_bytes = given.slot_bytes,
          .write_unit = given.write_unit == 0 ? 1 : given.write_unit};
}

Learnt learnt_of(const lentil_network& network, const lentil_storage& storage) {
  return {network.file, *network.trainer, network.learner, storage.velocity != 0};
}

lentil_error check(const lentil_network* network, const lentil_storage* storage) {
  if (network == nullptr) return missing(0);
  if (storage == nullptr || storage->erase == nullptr || storage->write == nullptr ||
      storage->read == nullptr)
    return missing(1);
  if (network->trainer == nullptr) return wrong_mode(LENTIL_LEARN, *network);
  return done();
}

std::uint64_t needed_bytes(const lentil_network& network, const lentil_storage& storage) {
  const SlotContents contents{.velocities = storage.velocity != 0,
                              .corrections = network.learner == nullptr ? 0 : network.learner->places()};
  return slot_bytes(network.file, network.session->plan(), contents, storage_of(storage).write_unit);
}

lentil_error report(const lentil_network& network, const lentil_storage& storage,
                    const Result<SlotsState>& state, lentil_saved* saved) {
  if (!state) return to_c(state.error());
  if (saved == nullptr) return done();
  *saved = {.bytes = needed_bytes(network, storage), .sequence = 0, .slot = LENTIL_NONE, .slots = {}};
  if (state->newest != kNoSlot) {
    saved->slot = static_cast<std::uint32_t>(state->newest);
    saved->sequence = state->headers[saved->slot].sequence;
  }
  for (std::size_t i = 0; i < kStorageSlots; ++i)
    saved->slots[i] = static_cast<std::uint32_t>(state->slots[i].status);
  return done();
}

}  // namespace
}  // namespace lentil::device

using namespace lentil::device;

lentil_error lentil_load(lentil_network* network, const lentil_storage* storage, lentil_saved* saved) {
  if (const lentil_error e = check(network, storage); e.status != LENTIL_OK) return e;
  return report(*network, *storage, load_learnt(storage_of(*storage), learnt_of(*network, *storage)), saved);
}

lentil_error lentil_save(lentil_network* network, const lentil_storage* storage, lentil_saved* saved) {
  if (const lentil_error e = check(network, storage); e.status != LENTIL_OK) return e;
  const auto made = save_learnt(storage_of(*storage), learnt_of(*network, *storage));
  if (!made) return to_c(made.error());
  if (saved == nullptr) return done();  // a look at the slots takes reading them whole
  return report(*network, *storage, find_learnt(storage_of(*storage), network->file), saved);
}

lentil_error lentil_undo(lentil_network* network, const lentil_storage* storage, lentil_saved* saved) {
  if (const lentil_error e = check(network, storage); e.status != LENTIL_OK) return e;
  return report(*network, *storage, undo_learnt(storage_of(*storage), learnt_of(*network, *storage)), saved);
}
