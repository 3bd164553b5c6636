/* Around each call: its stack, measured, and its failure, told. Lines "name: value". */
#ifndef WORK_H
#define WORK_H

#include "board.h"
#include "lentil.h"

#define FNV_BASIS 0xcbf29ce484222325u

void print_text(const char* name, const char* text);
void print_number(const char* name, uint64_t number);
void print_hex(const char* name, uint64_t number);
void print_error(const char* what, lentil_error error);

uint64_t fnv(uint64_t hash, const void* bytes, size_t count);

void fail(const char* what, lentil_error error);
void expect(const char* what, bool as_expected); /* fails if not */

/* Keeps the most stack and the mean number of instructions of a function's calls. */
void note_call(const char* function, uint32_t stack, uint64_t instructions);
void print_calls(void);

#define MEASURED(name, call)                                \
  do {                                                      \
    board_paint_stack();                                    \
    const uint64_t began = board_instructions();            \
    const lentil_error measured = (call);                   \
    const uint64_t ended = board_instructions();            \
    note_call(name, board_stack_used(), ended - began);     \
    if (measured.status != LENTIL_OK) fail(name, measured); \
  } while (0)

/* A call that is to be refused, with this status. */
#define REFUSED(call, expected)                      \
  do {                                               \
    const lentil_error refused = (call);             \
    print_error("refused", refused);                 \
    expect(#expected, refused.status == (expected)); \
  } while (0)

#endif
