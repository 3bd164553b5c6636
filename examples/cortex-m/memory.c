#include "memory.h"

#include <string.h>

#include "work.h"

#define POISON 0xa5
#define SLOT_BYTES (128 * 1024)

struct memory memory;

static unsigned char flash[2][SLOT_BYTES];

static bool erase_slot(void* context, uint32_t slot) {
  (void)context;
  memset(flash[slot], 0xff, SLOT_BYTES);
  return true;
}
static bool write_slot(void* context, uint32_t slot, uint32_t offset, const void* bytes, uint32_t count) {
  (void)context;
  memcpy(flash[slot] + offset, bytes, count);
  return true;
}
static bool read_slot(void* context, uint32_t slot, uint32_t offset, void* bytes, uint32_t count) {
  (void)context;
  memcpy(bytes, flash[slot] + offset, count);
  return true;
}

const lentil_storage slots = {
    .erase = erase_slot, .write = write_slot, .read = read_slot, .slot_bytes = SLOT_BYTES, .write_unit = 16};

void poison_memory(void) { memset(&memory, POISON, sizeof memory); }

void check_guards(size_t arena_bytes) {
  bool poisoned = true;
  for (size_t i = 0; i < GUARD; ++i) poisoned &= memory.before[i] == POISON && memory.after[i] == POISON;
  for (size_t i = arena_bytes; i < ARENA_BYTES; ++i) poisoned &= memory.arena[i] == POISON;
  expect("nothing is written outside the arena", poisoned);
}

unsigned char* copied(const void* bytes, size_t count) {
  expect("there is room for a copy", count <= ARENA_BYTES / 2);
  return memcpy(memory.arena + ARENA_BYTES / 2, bytes, count);
}
