/* Learns on a device: corrects, learns, saves to one of two slots, undoes. learn MODEL SLOTS
 * The pictures are bars, upright for class 1 and lying for class 7; SLOTS is a file that stands for flash. */
#include <lentil.h>
#include <stdio.h>
#include <string.h>

#define SLOT_BYTES (1u << 18)

static LENTIL_ALIGNED unsigned char model[1 << 20], arena[1 << 20];

static bool erase(void* file, uint32_t slot) {
  static const unsigned char erased[SLOT_BYTES];
  return fseek(file, (long)(slot * SLOT_BYTES), SEEK_SET) == 0 && fwrite(erased, SLOT_BYTES, 1, file) == 1;
}
static bool write(void* file, uint32_t slot, uint32_t offset, const void* bytes, uint32_t count) {
  return fseek(file, (long)(slot * SLOT_BYTES + offset), SEEK_SET) == 0 && fwrite(bytes, count, 1, file) == 1;
}
static bool read(void* file, uint32_t slot, uint32_t offset, void* bytes, uint32_t count) {
  if (fseek(file, (long)(slot * SLOT_BYTES + offset), SEEK_SET) != 0) return false;
  memset(bytes, 0, count); /* a new file is empty: what is missing reads as zeros */
  return fread(bytes, 1, count, file) == count || feof(file) != 0;
}
static bool sync_slot(void* file, uint32_t slot) { return slot < 2 && fflush(file) == 0; }

static int failed(const char* what, lentil_error e) {
  fprintf(stderr, "%s: %s (%u; needed %llu, given %llu)\n", what, lentil_status_text(e.status), e.where,
          (unsigned long long)e.needed, (unsigned long long)e.given);
  return 1;
}

static lentil_error correct_some(lentil_network* network) {
  lentil_error error = {0, 0, 0, 0};
  for (unsigned i = 0; i < 12 && error.status == LENTIL_OK; ++i) {
    static unsigned char pixels[60 * 60];
    const lentil_image image = {pixels, 60, 60, 1, 0};
    const bool upright = i % 2 == 0;
    for (unsigned p = 0; p < sizeof pixels; ++p) {
      const unsigned along = upright ? p / 60 : p % 60, across = upright ? p % 60 : p / 60;
      pixels[p] = along > 8 + i / 2 && along < 50 && across > 26 && across < 33 ? 30 : 220;
    }
    error = lentil_correct(network, &image, upright ? 1 : 7);
  }
  return error;
}

int main(int argc, char** argv) {
  if (argc != 3) return fputs("usage: learn MODEL SLOTS\n", stderr), 2;
  FILE* file = fopen(argv[1], "rb");
  if (file == NULL) return perror(argv[1]), 1;
  const size_t bytes = fread(model, 1, sizeof model, file);
  fclose(file);
  FILE* slots = fopen(argv[2], "r+b");
  if (slots == NULL) slots = fopen(argv[2], "w+b");
  if (slots == NULL) return perror(argv[2]), 1;
  const lentil_storage storage = {slots, erase, write, read, sync_slot, SLOT_BYTES, 1, 0};
  const lentil_options options = {.mode = LENTIL_LEARN, .corrections = 16};
  const lentil_learning learning = {.passes = 10};

  lentil_network* network;
  lentil_saved saved;
  lentil_lesson lesson;
  lentil_error error = lentil_open(&network, model, bytes, &options, arena, sizeof arena);
  if (error.status == LENTIL_OK) error = lentil_load(network, &storage, &saved);
  if (error.status != LENTIL_OK) return failed("opening", error);
  printf("begins with save %u\n", saved.sequence);
  error = correct_some(network);
  if (error.status == LENTIL_OK) error = lentil_learn(network, &learning, &lesson);
  if (error.status != LENTIL_OK) return failed("learning", error);
  printf("%u of %u right before, %u after: %s\n", lesson.corrections_before.correct,
         lesson.corrections_before.total, lesson.corrections_after.correct,
         lesson.kept ? "kept" : "not kept");
  error = lentil_save(network, &storage, &saved);
  if (error.status != LENTIL_OK) return failed("saving", error);
  printf("saved as %u\n", saved.sequence);
  error = lentil_undo(network, &storage, &saved);
  if (error.status != LENTIL_OK) return failed("undoing", error);
  printf("back to save %u\n", saved.sequence);
  return fclose(slots) == 0 ? 0 : 1;
}
