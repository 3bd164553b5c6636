/* Lentil without an operating system: a model in flash classifies, learns, saves what it learnt, and comes
 * back. The lines that begin with # differ from machine to machine; all others are the same everywhere, bit
 * for bit. */
#include "board.h"
#include "digits.h" /* 100 pictures of 28 x 28 and what they show: lentil data synth */
#include "learn.h"
#include "lenet.h" /* lentil export models/lenet_mnist.lentil --c-array -o lenet.h */
#include "memory.h"
#include "work.h"

#define SIDE 28
#define CLASSIFIED 100
#define TRAINED 50

static lentil_image picture(uint32_t index) {
  const lentil_image image = {digits + index * SIDE * SIDE, SIDE, SIDE, 1, 0};
  return image;
}

static lentil_network* opened(const lentil_options* options, size_t arena_bytes) {
  lentil_network* network;
  poison_memory();
  MEASURED("lentil_open", lentil_open(&network, lenet_data, LENET_BYTES, options, memory.arena, arena_bytes));
  return network;
}

static void print_hash(const char* name, lentil_network* network) {
  lentil_facts facts;
  MEASURED("lentil_info", lentil_info(network, &facts));
  print_hex(name, facts.weights_hash);
}

/* Every probability of every picture, bit for bit, in one number. */
static void classify(void) {
  const lentil_options options = {.pictures = LENTIL_PREPARED_PICTURE};
  lentil_network* network = opened(&options, LENET_ARENA_PREPARED);
  uint64_t hash = FNV_BASIS;
  uint32_t correct = 0;
  for (uint32_t i = 0; i < CLASSIFIED; ++i) {
    const lentil_image image = picture(i);
    lentil_answer answer;
    float probabilities[10];
    MEASURED("lentil_classify", lentil_classify(network, &image, &answer, probabilities, 10));
    hash = fnv(hash, probabilities, sizeof probabilities);
    correct += answer.label == digit_labels[i];
  }
  print_number("right of 100", correct);
  print_hex("probabilities", hash);
  check_guards(LENET_ARENA_PREPARED);
}

/* A picture of any size, found and scaled as the file says. */
static void classify_any(void) {
  static unsigned char large[4 * SIDE * SIDE];
  lentil_network* network = opened(NULL, LENET_ARENA);
  const lentil_image image = {large, 2 * SIDE, 2 * SIDE, 1, 0};
  lentil_answer answer;
  for (uint32_t i = 0; i < sizeof large; ++i)
    large[i] = (unsigned char)(255 - digits[i / (2 * SIDE) / 2 * SIDE + i % (2 * SIDE) / 2]);
  MEASURED("lentil_classify, any", lentil_classify(network, &image, &answer, NULL, 0));
  print_number("a large picture shows", answer.label);
  check_guards(LENET_ARENA);
}

static void train_save_and_reopen(void) {
  const lentil_options options = {.mode = LENTIL_TRAIN, .pictures = LENTIL_PREPARED_PICTURE, .seed = 1};
  const lentil_sgd sgd = {.rate = 0.005f, .momentum = 0.5f};
  lentil_network* network = opened(&options, LENET_ARENA_TRAIN);
  lentil_saved saved;
  for (uint32_t i = 0; i < TRAINED; ++i) {
    const uint32_t at = i % CLASSIFIED;
    lentil_step step;
    MEASURED("lentil_train",
             lentil_train(network, picture(at).pixels, SIDE * SIDE, digit_labels + at, 1, &sgd, &step));
  }
  print_hash("weights after 50 steps", network);
  MEASURED("lentil_save", lentil_save(network, &slots, &saved));
  print_number("saved as", saved.sequence);
  check_guards(LENET_ARENA_TRAIN);

  network = opened(&options, LENET_ARENA_TRAIN);
  print_hash("weights of the file", network);
  MEASURED("lentil_load", lentil_load(network, &slots, &saved));
  print_hash("weights after a load", network);
}

/* What a caller can get wrong: a status with numbers, and nothing is written where it may not be. */
static void refuse(void) {
  lentil_network* network;
  uint64_t needed;
  poison_memory();
  MEASURED("lentil_needed",
           lentil_needed(lenet_data, LENET_BYTES, NULL, memory.arena, sizeof memory.arena, &needed));
  expect("the arena's size is that of lenet.h", needed == LENET_ARENA);
  const size_t enough = (size_t)needed;
  unsigned char* const arena = memory.arena;
  REFUSED(lentil_open(&network, lenet_data, LENET_BYTES, NULL, NULL, enough), LENTIL_MISSING_ARGUMENT);
  REFUSED(lentil_open(&network, lenet_data, LENET_BYTES, NULL, arena + 4, enough), LENTIL_ARENA_MISALIGNED);
  REFUSED(lentil_open(&network, lenet_data, LENET_BYTES, NULL, arena, enough - 1), LENTIL_ARENA_TOO_SMALL);
  REFUSED(lentil_open(&network, lenet_data, LENET_BYTES - 1, NULL, arena, enough), LENTIL_FILE_TRUNCATED);
  check_guards(enough);
  unsigned char* const damaged = copied(lenet_data, LENET_BYTES);
  damaged[LENET_BYTES / 2] ^= 1;
  REFUSED(lentil_open(&network, damaged, LENET_BYTES, NULL, arena, enough), LENTIL_CHECKSUM_MISMATCH);
  REFUSED(lentil_open(&network, damaged, LENET_BYTES, NULL, damaged + LENTIL_ALIGNMENT, 4096),
          LENTIL_ARENA_OVERLAPS);
  expect("no network after a failure", network == NULL);
}

int main(void) {
  board_instructions(); /* starts counting */
  print_text("lentil", lentil_version());
  classify();
  classify_any();
  refuse();
  train_save_and_reopen();
  learn();
  print_calls();
  board_print("done\n");
  return 0;
}
