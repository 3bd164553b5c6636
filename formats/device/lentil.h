/* Lentil in C99: a model file opened, asked, corrected and taught in memory that the caller gives.
 *
 * No heap, no globals, no threads: all state of a network lies in its arena, so networks are as independent
 * as their arenas. One network is for one thread at a time. Everything that can fail returns a lentil_error;
 * what failed has changed nothing that is not said. Structs of zeros are the usual settings, and a null
 * pointer to settings means the same. */
#ifndef LENTIL_H
#define LENTIL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/* Two places in flash, in files, ...: what is learnt goes to one of them while the other one keeps what was
 * there before. All calls return 0 when done, and anything else if the storage failed. */
typedef struct lentil_storage {
  void* context;
  int (*erase)(void* context, uint32_t slot); /* slot: 0 or 1; the whole of it */
  int (*write)(void* context, uint32_t slot, uint32_t offset, const void* bytes, uint32_t count);
  int (*read)(void* context, uint32_t slot, uint32_t offset, void* bytes, uint32_t count);
  uint32_t slot_bytes; /* of each */
  uint32_t write_unit; /* offset and count of each write are multiples of it: 1, 2, 4, ... 64; 0: 1 */
} lentil_storage;

typedef struct lentil_options {
  uint32_t mode, goal, input, pictures, velocity; /* enums above */
  uint32_t trusted;                               /* 1: the file's checksum is not computed */
  uint32_t batch;                                 /* most images of a lentil_run or lentil_train; 0: 1 */
  uint32_t train_last;  /* layers with weights that are trained, counted from the last one; 0: all */
  uint32_t corrections; /* that LENTIL_LEARN remembers, the newest ones; 0: 64 */
  uint32_t replay;      /* most known pictures of the file that it mixes in; 0: 64, LENTIL_NONE: none */
  uint64_t seed;        /* of every order, shift and dropout */
  const lentil_storage* storage; /* null: nothing is saved. Copied; its context must outlive the network */
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
  /* Called before each step; 0 ends the learning, and the old weights come back. May be null. */
  int (*go_on)(void* context, uint32_t step, uint32_t steps);
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
  uint32_t sequence;                /* number of the saved weights in force; 0: they are the file's */
  uint64_t slot_bytes;              /* that a lentil_save needs; 0: nothing to save in this mode */
  uint64_t weights_hash;            /* of the weights as they are now: docs/numerics.md 12 */
} lentil_facts;

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
 * With a storage, the weights are the newest ones that were saved for this very file, if there are any.
 * After a failure *network is null. */
lentil_error lentil_open(lentil_network** network, const void* model, size_t model_bytes,
                         const lentil_options* options, void* arena, size_t arena_bytes);

/* The image as the network sees it, `bytes` pixels of [channel][row][column]. */
lentil_error lentil_prepare(lentil_network* network, const lentil_image* image, uint8_t* pixels,
                            size_t bytes);

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

/* The weights go to the slot that is not in use; a power cut leaves the old or the new ones. */
lentil_error lentil_save(lentil_network* network);

/* Back to what was saved before the latest lentil_save. */
lentil_error lentil_undo(lentil_network* network);

/* The class's name, in UTF-8 and in the model's bytes; null: the file has none. */
const char* lentil_label(const lentil_network* network, uint32_t label);

lentil_error lentil_info(const lentil_network* network, lentil_facts* facts);

/* The numbers never change. */
enum lentil_status {
  LENTIL_OK = 0,

  /* The file is wrong: fetch or make it again. */
  LENTIL_FILE_TRUNCATED = 10,     /* needed = bytes it should have, or the least of any; given = bytes */
  LENTIL_NOT_A_LENTIL_FILE = 11,  /* the identifier LNTL is missing */
  LENTIL_FILE_CORRUPT = 12,       /* an offset, a size or a nesting inside the file is impossible */
  LENTIL_CHECKSUM_MISMATCH = 13,  /* needed = CRC-32 stored, given = CRC-32 computed */
  LENTIL_FORMAT_TOO_NEW = 14,     /* given = feature bits that this library does not know */
  LENTIL_MISALIGNED_FILE = 15,    /* needed = alignment in bytes, given = address modulo it */
  LENTIL_MISSING_LAYERS = 16,     /* the file holds no layer */
  LENTIL_TOO_MANY_LAYERS = 17,    /* needed = most that are supported */
  LENTIL_UNKNOWN_LAYER_TYPE = 18, /* where = layer, given = type number */
  LENTIL_BAD_LAYER_INPUT = 19,    /* where = layer, given = the input that is not an earlier layer */
  LENTIL_BAD_HYPERPARAMETER = 20, /* where = layer */
  LENTIL_MISSING_TENSOR = 21,     /* where = layer: weight, bias or statistics absent */
  LENTIL_BAD_TENSOR_SIZE = 22,    /* where = layer, needed = elements, given = elements */
  LENTIL_NON_FINITE_WEIGHT = 23,  /* where = layer, given = index of the element */
  LENTIL_BAD_NAME = 24,           /* where = layer: empty or used twice */
  LENTIL_BAD_INPUT_DESCRIPTION = 25,
  LENTIL_BAD_LABEL_COUNT = 26, /* needed = outputs, given = labels */
  LENTIL_BAD_SAMPLE = 27,      /* where = sample, needed = values, given = values */
  LENTIL_BAD_VARIANCE = 28,    /* where = layer, given = channel of a batch-norm */

  /* The network does not fit together. */
  LENTIL_SHAPE_MISMATCH = 40,          /* where = layer, needed = channels or features, given = that arrive */
  LENTIL_EMPTY_OUTPUT = 41,            /* where = layer: no window fits into the input */
  LENTIL_UNSUPPORTED_LAYER = 42,       /* where = layer */
  LENTIL_UNSUPPORTED_WINDOW = 43,      /* where = layer, needed = largest pool window, given = this one */
  LENTIL_TENSOR_TOO_LARGE = 44,        /* where = layer: more bytes than offsets can hold */
  LENTIL_BAD_LOSS = 45,                /* the network's output does not tell classes */
  LENTIL_NOTHING_TO_TRAIN = 46,        /* no layer has weights */
  LENTIL_UNSUPPORTED_PREPARATION = 47, /* where = step, given = its kind; or needed, given = channels */

  /* The call is wrong: fix the caller. */
  LENTIL_ARENA_TOO_SMALL = 60,    /* needed, given in bytes */
  LENTIL_ARENA_MISALIGNED = 61,   /* needed = alignment, given = address modulo it */
  LENTIL_BAD_BATCH = 63,          /* needed = largest, given */
  LENTIL_WRONG_MODE = 65,         /* needed = the mode, given = that of the network */
  LENTIL_WRONG_INPUT_TYPE = 66,   /* needed = the input, given = that of the network */
  LENTIL_WRONG_SIZE = 67,         /* needed, given in elements, or in bytes of an input */
  LENTIL_LABEL_OUT_OF_RANGE = 68, /* where = position in the batch, needed = classes, given = label */
  LENTIL_BATCH_TOO_SMALL = 70,    /* where = layer: batch-norm learns from two values of a channel, or more */
  LENTIL_BAD_PICTURE = 71,        /* needed = largest side or bytes of a row, given = this one's */
  LENTIL_NO_INK = 72,             /* nothing stands out in the picture */
  LENTIL_NO_CORRECTIONS = 73,     /* lentil_learn before the first lentil_correct */
  LENTIL_MISSING_ARGUMENT =
      74,                     /* where = argument, counted from 0: a null pointer, or a number out of range */
  LENTIL_ARENA_OVERLAPS = 75, /* needed = bytes of the model, given = those that the arena shares with it */

  /* The machine or the numbers. */
  LENTIL_FLUSH_TO_ZERO = 80,  /* the thread flushes subnormal numbers to zero: results would differ */
  LENTIL_NON_FINITE_LOSS = 81 /* training diverged; the weights are those before the step */
};

#ifdef __cplusplus
}
#endif

#endif
