#include "work.h"

#include <string.h>

#define FUNCTIONS 16

static struct {
  const char* function;
  uint32_t stack, count;
  uint64_t instructions;
} calls[FUNCTIONS];

/* Not printf, whose heap and floating point are not wanted here. */
static void print_digits(uint64_t number, uint32_t base, uint32_t least) {
  char text[24];
  char* at = text + sizeof text - 1;
  *at = 0;
  for (uint32_t i = 0; i < least || number != 0; ++i, number /= base)
    *--at = "0123456789abcdef"[number % base];
  board_print(at);
}

void print_text(const char* name, const char* text) {
  board_print(name);
  board_print(": ");
  board_print(text);
  board_print("\n");
}

static void print_in(uint32_t base, uint32_t least, const char* name, uint64_t number) {
  board_print(name);
  board_print(": ");
  print_digits(number, base, least);
  board_print("\n");
}

void print_number(const char* name, uint64_t number) { print_in(10, 1, name, number); }
void print_hex(const char* name, uint64_t number) { print_in(16, 16, name, number); }

uint64_t fnv(uint64_t hash, const void* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) hash = (hash ^ ((const unsigned char*)bytes)[i]) * 0x100000001b3u;
  return hash;
}

void print_error(const char* what, lentil_error error) {
  print_text(what, lentil_status_text(error.status));
  print_number("  where", error.where);
  print_number("  needed", error.needed);
  print_number("  given", error.given);
}

void fail(const char* what, lentil_error error) {
  print_error(what, error);
  board_exit(1);
}

void expect(const char* what, bool as_expected) {
  if (as_expected) return;
  print_text("not as expected", what);
  board_exit(1);
}

void note_call(const char* function, uint32_t stack, uint64_t instructions) {
  for (uint32_t i = 0; i < FUNCTIONS; ++i) {
    if (calls[i].function == NULL) calls[i].function = function;
    if (strcmp(calls[i].function, function) != 0) continue;
    if (calls[i].stack < stack) calls[i].stack = stack;
    calls[i].instructions += instructions;
    ++calls[i].count;
    return;
  }
  expect("there is room for so many functions", false);
}

void print_calls(void) {
  for (uint32_t i = 0; i < FUNCTIONS && calls[i].function != NULL; ++i) {
    board_print("# ");
    board_print(calls[i].function);
    board_print(": stack ");
    print_digits(calls[i].stack, 10, 1);
    board_print(", instructions ");
    print_digits(calls[i].instructions / calls[i].count, 10, 1);
    board_print("\n");
  }
}
