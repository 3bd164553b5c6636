/* Lentil in C99: a model file opened, asked, corrected and taught in memory that the caller gives.
 *
 * No heap, no globals, no threads: all state of a network lies in its arena, so networks are as independent
 * as their arenas. One network is for one thread at a time. Everything that can fail returns a lentil_error;
 * what failed has changed nothing that is not said. Structs of zeros are the usual settings, and a null
 * pointer to settings means the same. */
#ifndef LENTIL_H
#define LENTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define LENTIL_ALIGNMENT 64 /* of model files and arenas in memory */
#define LENTIL_ALIGNED __attribute__((aligned(64)))
#define LENTIL_NONE 0xffffffffu

/* What went wrong, where, and the two numbers that tell how far off it was. */
typedef struct lentil_error {
  uint32_t status; /* enum lentil_status; 0: nothing went wrong */
  uint32_t where;  /* a layer, sample or position, as the status says */
  uint64_t needed, given;
} lentil_error;

/* Fewer bytes, or less time: the same answers, bit for bit. */
enum lentil_goal { LENTIL_SMALL = 0, LENTIL_FAST = 1 };

enum lentil_mode {
  LENTIL_INFER = 0, /* the weights stay in the model file */
  LENTIL_LEARN = 1, /* lentil_correct and lentil_learn */
  LENTIL_TRAIN = 2  /* lentil_train: steps of one's own */
};

enum lentil_input {
  LENTIL_PIXELS = 0, /* bytes, 0 to 255; the network normalizes them as its file says */
  LENTIL_FLOATS = 1  /* the network's input as it is: for lentil_run and lentil_train alone */
};

enum lentil_pictures {
  LENTIL_ANY_PICTURE = 0, /* prepared as the file says: ink found, scaled and centred; 110,592 bytes */
  LENTIL_PREPARED_PICTURE =
      1 /* as the network takes them: of its size, [channel][row][column], light ink on 0 */
};

enum lentil_velocity {
  LENTIL_VELOCITY_FLOAT32 = 0, /* momentum, for as many bytes again as the trained weights */
  LENTIL_VELOCITY_NONE = 1
};

typedef struct lentil_options {
  uint32_t mode, goal, input, pictures, velocity; /* enums above */
  uint32_t trusted;                               /* 1: the file's checksum is not computed */
  uint32_t batch;                                 /* most images of a lentil_run or lentil_train; 0: 1 */
  uint32_t train_last;  /* layers with weights that are trained, counted from the last one; 0: all */
  uint32_t corrections; /* that LENTIL_LEARN remembers, the newest ones; 0: 64 */
  uint32_t replay;      /* most known pictures of the file that it mixes in; 0: 64, LENTIL_NONE: none */
  uint64_t seed;        /* of every order, shift and dropout */
} lentil_options;

/* 8 bits per sample, samples of a pixel side by side. */
typedef struct lentil_image {
  const uint8_t* pixels;
  uint32_t width, height;
  uint32_t channels; /* 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA */
  uint32_t stride;   /* bytes from a row to the next; 0: rows without gaps */
} lentil_image;

typedef struct lentil_answer {
  uint32_t label; /* the likeliest class */
  float probability;
  uint32_t x, y, width, height; /* where the digit was found, in the image's pixels */
} lentil_answer;

/* Zeros: as docs/finetune.md found best. */
typedef struct lentil_learning {
  float rate;
  uint32_t passes; /* over the corrections */
  uint32_t steps;  /* instead of passes */
  /* Called before each step; false ends the learning, and the old weights come back. May be null. */
  bool (*go_on)(void* context, uint32_t step, uint32_t steps);
  void* context;
} lentil_learning;

typedef struct lentil_score {
  uint32_t correct, total;
  float loss; /* mean of -log p(class) */
} lentil_score;

typedef struct lentil_lesson {
  uint32_t kept;     /* 0: the learnt weights were no better, and the old ones are back */
  uint32_t stopped;  /* 1: by go_on */
  uint32_t steps;    /* done */
  uint32_t held_out; /* corrections that only judged; 0: too few, so all were learnt from and judged */
  float share;       /* of the way from the old weights to the learnt ones that was gone in the end */
  lentil_score corrections_before, corrections_after;
  lentil_score replay_before, replay_after;
} lentil_lesson;

/* Zeros: rate 0.01, and nothing else. */
typedef struct lentil_sgd {
  float rate, momentum, weight_decay;
  uint32_t nesterov;
} lentil_sgd;

typedef struct lentil_step {
  float loss;       /* mean over the images, before the step */
  uint32_t correct; /* images whose largest output was at the label */
} lentil_step;

typedef struct lentil_facts {
  uint32_t channels, height, width; /* of the network's input */
  uint32_t outputs;                 /* values of one image */
  uint32_t labels;                  /* names of classes in the file */
  uint32_t corrections;             /* remembered now */
  uint32_t steps;                   /* of lentil_train, done */
  uint64_t weights_hash;            /* of the weights as they are now: docs/numerics.md 12 */
} lentil_facts;

/* Two places in flash, in files, ... that are written in turn: what is learnt goes to one of them while the
 * other one keeps what was there before. Every function says whether it did all that was asked. Between two
 * erases of a slot each offset is written once at most, in rising order. */
typedef struct lentil_storage {
  void* context;
  /* The slot's old contents are gone, whatever it reads as. slot: 0 or 1. */
  bool (*erase)(void* context, uint32_t slot);
  /* `offset` and `count` are multiples of write_unit, `count` is 256 at most. */
  bool (*write)(void* context, uint32_t slot, uint32_t offset, const void* bytes, uint32_t count);
  bool (*read)(void* context, uint32_t slot, uint32_t offset, void* bytes, uint32_t count);
  /* What was written stays after a power cut. Null where every write does. */
  bool (*sync)(void* context, uint32_t slot);
  uint32_t slot_bytes; /* of each */
  uint32_t write_unit; /* 1, 2, 4, ... 64; 0: 1 */
  uint32_t velocity;   /* 1: momentum is saved, too: lentil_train goes on to the same bits */
} lentil_storage;

typedef struct lentil_saved {
  uint64_t bytes;    /* that a save to such a storage needs, in each slot */
  uint32_t sequence; /* number of the save that is in force, from 1; 0: the model file's own weights */
  uint32_t slot;     /* where it lies; LENTIL_NONE: nowhere */
  uint32_t slots[2]; /* enum lentil_status of each: empty, damaged, of another model file, ... */
} lentil_saved;

/* In front of its arena. There is nothing to close. */
typedef struct lentil_network lentil_network;

const char* lentil_version(void); /* "1.2.3" */

/* A few words in English, "arena too small". Never null. */
const char* lentil_status_text(uint32_t status);

/* The exact size of the arena: so many bytes are enough, one less is refused. `memory` is where the planner
 * works, and may be the arena itself; how much that takes grows with the number of layers alone, and
 * LENTIL_ARENA_TOO_SMALL tells it. Nothing is kept in it. */
lentil_error lentil_needed(const void* model, size_t model_bytes, const lentil_options* options, void* memory,
                           size_t memory_bytes, uint64_t* arena_bytes);

/* Checks the whole model file. Borrows its bytes and the arena, which may not overlap, until the last call.
 * After a failure *network is null. */
lentil_error lentil_open(lentil_network** network, const void* model, size_t model_bytes,
                         const lentil_options* options, void* arena, size_t arena_bytes);

/* `probabilities` has room for `count` classes, all of them, or is null with a count of 0. */
lentil_error lentil_classify(lentil_network* network, const lentil_image* image, lentil_answer* answer,
                             float* probabilities, size_t count);

/* The network alone: `images` inputs one after the other, as options.input says, `input_bytes` in all;
 * `count` outputs, images * facts.outputs. */
lentil_error lentil_run(lentil_network* network, const void* input, size_t input_bytes, uint32_t images,
                        float* outputs, size_t count);

/* Remembers the picture and what it shows; the oldest correction makes room if there is none left. */
lentil_error lentil_correct(lentil_network* network, const lentil_image* image, uint32_t label);

/* Learns from the corrections, mixed with known pictures of the file, and keeps the weights if they became
 * better: of the corrections that judge, more are right, and of the known pictures few were forgotten. */
lentil_error lentil_learn(lentil_network* network, const lentil_learning* learning, lentil_lesson* lesson);

/* One step of SGD on the cross entropy of `images` inputs as in lentil_run, one label for each. A failure
 * leaves the weights as they were. */
lentil_error lentil_train(lentil_network* network, const void* input, size_t input_bytes,
                          const uint8_t* labels, uint32_t images, const lentil_sgd* sgd, lentil_step* step);

/* The weights become the newest ones that were saved for this very model file; the file's own, if there are
 * none. So do corrections, steps and velocities. `saved` may be null. */
lentil_error lentil_load(lentil_network* network, const lentil_storage* storage, lentil_saved* saved);

/* What was learnt goes to the slot that is not in use. A power cut leaves the old or the new. */
lentil_error lentil_save(lentil_network* network, const lentil_storage* storage, lentil_saved* saved);

/* Back to what the newest save was learnt on, here and in the storage. A power cut leaves the one or the
 * other. */
lentil_error lentil_undo(lentil_network* network, const lentil_storage* storage, lentil_saved* saved);

/* The class's name, in UTF-8 and in the model's bytes; null: the file has none. */
const char* lentil_label(const lentil_network* network, uint32_t label);

lentil_error lentil_info(const lentil_network* network, lentil_facts* facts);

/* The numbers never change. What a status says of the error's numbers stands before it. */
enum lentil_status {
  LENTIL_OK = 0,

  /* The file is wrong: fetch or make it again. */
  /* needed = bytes it should have, or the least of any; given = bytes */
  LENTIL_FILE_TRUNCATED = 10,
  /* the identifier LNTL is missing */
  LENTIL_NOT_A_LENTIL_FILE = 11,
  /* an offset, a size or a nesting inside the file is impossible */
  LENTIL_FILE_CORRUPT = 12,
  /* needed = CRC-32 stored, given = CRC-32 computed */
  LENTIL_CHECKSUM_MISMATCH = 13,
  /* given = feature bits that this library does not know */
  LENTIL_FORMAT_TOO_NEW = 14,
  /* needed = alignment in bytes, given = address modulo it */
  LENTIL_MISALIGNED_FILE = 15,
  LENTIL_MISSING_LAYERS = 16,
  /* needed = most that are supported */
  LENTIL_TOO_MANY_LAYERS = 17,
  /* where = layer, given = type number */
  LENTIL_UNKNOWN_LAYER_TYPE = 18,
  /* where = layer, given = the input that is not an earlier layer */
  LENTIL_BAD_LAYER_INPUT = 19,
  /* where = layer, as in the next four */
  LENTIL_BAD_HYPERPARAMETER = 20,
  LENTIL_MISSING_TENSOR = 21,
  /* needed, given in elements */
  LENTIL_BAD_TENSOR_SIZE = 22,
  /* given = index of the element */
  LENTIL_NON_FINITE_WEIGHT = 23,
  LENTIL_BAD_NAME = 24,
  LENTIL_BAD_INPUT_DESCRIPTION = 25,
  /* needed = outputs, given = labels */
  LENTIL_BAD_LABEL_COUNT = 26,
  /* where = sample, needed = values, given = values */
  LENTIL_BAD_SAMPLE = 27,
  /* where = layer, given = channel of a batch-norm whose variance is not positive */
  LENTIL_BAD_VARIANCE = 28,

  /* The network does not fit together. where = layer. */
  /* needed = channels or features, given = those that arrive */
  LENTIL_SHAPE_MISMATCH = 40,
  LENTIL_EMPTY_OUTPUT = 41,
  LENTIL_UNSUPPORTED_LAYER = 42,
  /* needed = largest pool window, given = this one */
  LENTIL_UNSUPPORTED_WINDOW = 43,
  LENTIL_TENSOR_TOO_LARGE = 44,
  /* the network's outputs do not tell classes */
  LENTIL_BAD_LOSS = 45,
  LENTIL_NOTHING_TO_TRAIN = 46,
  /* where = step of the file's recipe, given = its kind; or needed = channels, given = the input's */
  LENTIL_UNSUPPORTED_PREPARATION = 47,

  /* The call is wrong: fix the caller. */
  /* needed, given in bytes */
  LENTIL_ARENA_TOO_SMALL = 60,
  /* needed = alignment, given = address modulo it */
  LENTIL_ARENA_MISALIGNED = 61,
  /* needed = largest, given */
  LENTIL_BAD_BATCH = 63,
  /* needed = enum lentil_mode, given = that of the network */
  LENTIL_WRONG_MODE = 65,
  /* needed = enum lentil_input, given = that of the network */
  LENTIL_WRONG_INPUT_TYPE = 66,
  /* needed, given: values, or bytes of an input */
  LENTIL_WRONG_SIZE = 67,
  /* where = position in the batch, needed = classes, given = label */
  LENTIL_LABEL_OUT_OF_RANGE = 68,
  /* where = layer: batch-norm learns from two values of a channel, or more */
  LENTIL_BATCH_TOO_SMALL = 70,
  /* needed = largest side, least bytes of a row or most channels, given = this one's; prepared pictures:
   * where = 0 channels, 1 height, 2 width, 3 stride, needed = the network's */
  LENTIL_BAD_PICTURE = 71,
  /* nothing stands out in the picture */
  LENTIL_NO_INK = 72,
  /* lentil_learn before the first lentil_correct */
  LENTIL_NO_CORRECTIONS = 73,
  /* where = argument that is a null pointer, counted from 0 */
  LENTIL_MISSING_ARGUMENT = 74,
  /* needed = bytes of the model, given = those that it shares with the arena */
  LENTIL_ARENA_OVERLAPS = 75,
  /* where = field of lentil_options, counted from 0, needed = largest, given */
  LENTIL_BAD_OPTION = 76,

  /* The machine or the numbers. */
  /* the thread flushes subnormal numbers to zero: results would differ */
  LENTIL_FLUSH_TO_ZERO = 80,
  /* training diverged; the weights are those before the step */
  LENTIL_NON_FINITE_LOSS = 81,

  /* The storage. where = slot. */
  /* the hook could not do it: needed = offset and given = bytes of the access */
  LENTIL_STORAGE_FAILED = 110,
  /* needed, given in bytes */
  LENTIL_SLOT_TOO_SMALL = 111,
  /* needed = largest, given */
  LENTIL_BAD_WRITE_UNIT = 112,
  LENTIL_SLOT_EMPTY = 113,
  /* needed = CRC-32 stored, given = computed; both 0: not finished, or impossible */
  LENTIL_SLOT_DAMAGED = 114,
  /* needed = checksum of this model file, given = that of the slot's */
  LENTIL_SLOT_OF_OTHER_BASE = 115,
  /* needed = newest version that is known, given */
  LENTIL_SLOT_TOO_NEW = 116,
  /* read back, it is not what was written: needed = CRC-32 written, given */
  LENTIL_SLOT_NOT_VERIFIED = 117,
  /* where = layer: the slot has its weights, and this network does not train it */
  LENTIL_OTHER_LAYERS = 118,
  LENTIL_NOTHING_TO_UNDO = 119,
  /* where = sample, needed and given = bits of the output that differs */
  LENTIL_GOLDEN_MISMATCH = 120
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
