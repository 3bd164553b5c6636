/* Opens a model file and says which class it sees in a grey picture (PGM): classify MODEL PICTURE.pgm */
#include <lentil.h>
#include <stdio.h>

static LENTIL_ALIGNED unsigned char model[1 << 20], arena[1 << 18];
static unsigned char pixels[1 << 20];

static size_t read_file(const char* path, void* bytes, size_t most) {
  FILE* file = fopen(path, "rb");
  const size_t count = file == NULL ? 0 : fread(bytes, 1, most, file);
  return file == NULL ? (perror(path), count) : (fclose(file), count);
}

static int failed(const char* what, lentil_error e) {
  fprintf(stderr, "%s: %s (%u; needed %llu, given %llu)\n", what, lentil_status_text(e.status), e.where,
          (unsigned long long)e.needed, (unsigned long long)e.given);
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) return fputs("usage: classify MODEL PICTURE.pgm\n", stderr), 2;
  const size_t bytes = read_file(argv[1], model, sizeof model);
  const size_t picture = read_file(argv[2], pixels, sizeof pixels - 1);
  lentil_image image = {NULL, 0, 0, 1, 0};
  int header = 0;
  sscanf((const char*)pixels, "P5 %u %u 255%n", &image.width, &image.height, &header);
  const size_t wanted = (size_t)header + (size_t)image.width * image.height;
  if (header == 0 || picture <= wanted) return fputs("no binary PGM of 8 bits\n", stderr), 1;
  image.pixels = pixels + header + 1;

  lentil_network* network;
  lentil_error error = lentil_open(&network, model, bytes, NULL, arena, sizeof arena);
  if (error.status != LENTIL_OK) return failed(argv[1], error);
  lentil_answer answer;
  error = lentil_classify(network, &image, &answer, NULL, 0);
  if (error.status != LENTIL_OK) return failed(argv[2], error);
  return printf("%u (%.1f %%)\n", answer.label, 100 * (double)answer.probability) < 0;
}
