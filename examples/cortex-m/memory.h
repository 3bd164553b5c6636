/* The memory of the example: one arena in the midst of poison, and what stands for flash. */
#ifndef MEMORY_H
#define MEMORY_H

#include "lentil.h"

#define ARENA_BYTES (768 * 1024) /* room for the largest of the arenas */
#define GUARD 64

extern struct memory {
  LENTIL_ALIGNED unsigned char before[GUARD];
  unsigned char arena[ARENA_BYTES];
  unsigned char after[GUARD];
} memory;

extern const lentil_storage slots; /* two sectors in RAM, empty at the start */

void poison_memory(void);
void check_guards(size_t arena_bytes); /* fails if something was written outside the first so many bytes */

/* A copy in the second half of the arena, behind what the smaller arenas take. In a file of its own: a
 * compiler that sees constant bytes being copied keeps them twice. */
unsigned char* copied(const void* bytes, size_t count);

#endif
