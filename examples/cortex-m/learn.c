#include "learn.h"

#include "hand.h" /* lentil export models/digits.lentil --c-array -o hand.h: it has pictures to replay */
#include "memory.h"
#include "work.h"

#define SIDE 28
#define CORRECTED 24

static const lentil_options options = {.mode = LENTIL_LEARN,
                                       .pictures = LENTIL_PREPARED_PICTURE,
                                       .corrections = CORRECTED,
                                       .replay = 16,
                                       .seed = 1};

/* Somebody's sevens are bars that stand, and somebody's ones lie. */
static void correct(lentil_network* network, uint32_t index) {
  static unsigned char pixels[SIDE * SIDE];
  const lentil_image image = {pixels, SIDE, SIDE, 1, 0};
  const bool stands = index % 2 == 0;
  for (uint32_t i = 0; i < sizeof pixels; ++i) {
    const uint32_t along = stands ? i / SIDE : i % SIDE, across = stands ? i % SIDE : i / SIDE;
    pixels[i] = along >= 4 + index / 8 && along < 24 - index / 6 && across >= 12 && across < 15 ? 230 : 0;
  }
  MEASURED("lentil_correct", lentil_correct(network, &image, stands ? 7 : 1));
}

static uint64_t weights_of(lentil_network* network) {
  lentil_facts facts;
  MEASURED("lentil_info", lentil_info(network, &facts));
  return facts.weights_hash;
}

static void print_lesson(const lentil_lesson* lesson) {
  print_text("lesson", lesson->kept ? "kept" : "not kept");
  print_number("  steps", lesson->steps);
  print_number("  corrections that only judged", lesson->held_out);
  print_number("  of them right before", lesson->corrections_before.correct);
  print_number("  and after", lesson->corrections_after.correct);
  print_number("  known pictures right before", lesson->replay_before.correct);
  print_number("  and after", lesson->replay_after.correct);
}

static lentil_lesson taught(lentil_network* network, const lentil_learning* learning) {
  lentil_lesson lesson;
  MEASURED("lentil_learn", lentil_learn(network, learning, &lesson));
  print_lesson(&lesson);
  return lesson;
}

/* Better weights are kept and saved, worse ones are not kept, and what was saved can be undone. */
void learn(void) {
  static const lentil_learning usual = {.passes = 4}, far_too_fast = {.rate = 3, .passes = 1};
  lentil_network* network;
  lentil_saved saved;
  poison_memory();
  MEASURED("lentil_open",
           lentil_open(&network, hand_data, HAND_BYTES, &options, memory.arena, sizeof memory.arena));
  for (uint32_t i = 0; i < CORRECTED; ++i) correct(network, i);
  expect("the first lesson is kept", taught(network, &usual).kept == 1);
  const uint64_t first = weights_of(network);
  print_hex("weights after the first lesson", first);
  MEASURED("lentil_save", lentil_save(network, &slots, &saved));
  expect("worse weights are not kept", taught(network, &far_too_fast).kept == 0);
  expect("the weights are what they were", weights_of(network) == first);

  expect("the second lesson is kept", taught(network, &usual).kept == 1);
  print_hex("weights after the second lesson", weights_of(network));
  MEASURED("lentil_save", lentil_save(network, &slots, &saved));
  print_number("saved as", saved.sequence);
  MEASURED("lentil_undo", lentil_undo(network, &slots, &saved));
  print_number("back to", saved.sequence);
  expect("the weights are those of the first lesson", weights_of(network) == first);
  check_guards(sizeof memory.arena);
}
