// The model as an array in C, for programs that have no files; and a program around it.
#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "formats/device/lentil.h"
#include "formats/export/contents.h"
#include "formats/export/exporter.h"
#include "formats/host/aligned_bytes.h"
#include "formats/model_writer.h"

namespace lentil::formats {
namespace {

constexpr const char* kHead = R"(/* {0}, {1} bytes; written by lentil export --c-array. C99 and C++.
 * To be included in one source file: it is the model itself. */
#pragma once
#include "lentil.h"

#define {2}_BYTES {1}u

/* Bytes of the arena, by the options of lentil_open; exact, on every machine. */
{3}
static LENTIL_ALIGNED const unsigned char {4}_data[{2}_BYTES] = {{
{5}}};
)";

constexpr const char* kMain =
    R"(/* Which class is in a grey picture? The model is a part of the program: no heap, and no file but the picture.
 * cc -std=c99 -c {0}.c && c++ -std=c++20 -O2 -fno-exceptions -fno-rtti -c lentil.cc && c++ -o {0} {0}.o lentil.o
 * ./{0} picture.pgm */
#include <stdio.h>

#include "{1}"

static LENTIL_ALIGNED unsigned char arena[{2}];
static unsigned char picture[1 << 20];

static int failed(const char* what, lentil_error e) {{
  fprintf(stderr, "%s: %s (where %u; needed %llu, given %llu)\n", what, lentil_status_text(e.status), (unsigned)e.where,
          (unsigned long long)e.needed, (unsigned long long)e.given);
  return 1;
}}

/* A picture of one byte per pixel, as "P5 28 28 255" and its pixels. */
static int read_picture(const char* path, lentil_image* image) {{
  unsigned width, height;
  int head = 0;
  FILE* file = fopen(path, "rb");
  if (file == NULL) return perror(path), 0;
  size_t count = fread(picture, 1, sizeof picture - 1, file);
  fclose(file);
  if (sscanf((const char*)picture, "P5 %u %u 255%n", &width, &height, &head) != 2 || head == 0 ||
      width > sizeof picture || height > sizeof picture || count < head + 1 + (size_t)width * height)
    return fprintf(stderr, "%s: no grey picture in binary PGM, or it is too large\n", path), 0;
  image->pixels = picture + head + 1;
  image->width = width;
  image->height = height;
  image->channels = 1;
  image->stride = 0;
  return 1;
}}

int main(int argc, char** argv) {{
  const lentil_options options = {{{3}}};
  lentil_network* network;
  lentil_image image;
  lentil_answer answer;
  const char* label;
  if (argc != 2) return fprintf(stderr, "usage: %s PICTURE.pgm\n", argv[0]), 2;
  if (!read_picture(argv[1], &image)) return 1;
  lentil_error error = lentil_open(&network, {4}_data, {5}_BYTES, &options, arena, sizeof arena);
  if (error.status != LENTIL_OK) return failed("the model", error);
  error = lentil_classify(network, &image, &answer, NULL, 0);
  if (error.status != LENTIL_OK) return failed(argv[1], error);
  label = lentil_label(network, answer.label);
  printf("%u %s %.9g\n", (unsigned)answer.label, label == NULL ? "" : label, (double)answer.probability);
  return 0;
}}
)";

constexpr std::size_t kBytesPerLine = 24;

// A name in C out of a file's: small letters, digits, underscores.
std::string identifier(std::string_view file_name) {
  std::string name(file_name.substr(0, file_name.rfind('.')));
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    c = byte < 0x80 && std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '_';
  }
  return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0 ? "model" + name : name;
}

std::string capitals(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

struct Use {
  const char* suffix;
  const char* options;  // as they stand in C
  std::uint32_t mode, pictures;
};

constexpr std::array kUses{
    Use{"", "0", LENTIL_INFER, LENTIL_ANY_PICTURE},
    Use{"_PREPARED", ".pictures = LENTIL_PREPARED_PICTURE", LENTIL_INFER, LENTIL_PREPARED_PICTURE},
    Use{"_LEARN", ".mode = LENTIL_LEARN", LENTIL_LEARN, LENTIL_ANY_PICTURE},
    Use{"_TRAIN", ".mode = LENTIL_TRAIN, .pictures = LENTIL_PREPARED_PICTURE", LENTIL_TRAIN,
        LENTIL_PREPARED_PICTURE}};

// The arena that the use needs.
Result<std::uint64_t, lentil_error> arena_of(const AlignedBytes& model, const Use& use) {
  lentil_options options{};
  options.mode = use.mode;
  options.pictures = use.pictures;
  std::uint64_t bytes = 0;
  AlignedBytes memory;
  lentil_error error{};
  do {
    memory = AlignedBytes(static_cast<std::size_t>(error.needed));
    error = lentil_needed(model.data(), model.size(), &options, memory.data(), memory.size(), &bytes);
  } while (error.status == LENTIL_ARENA_TOO_SMALL);
  if (error.status != LENTIL_OK) return error;
  return bytes;
}

std::vector<std::byte> to_bytes(const std::string& text) {
  std::vector<std::byte> bytes;
  append_text(bytes, text);
  return bytes;
}

Outcome<std::vector<std::byte>> write_as(const AlignedBytes& model, std::string_view file_name) {
  const std::string name = identifier(file_name);
  std::string arenas;
  for (const Use& use : kUses) {
    if (const auto bytes = arena_of(model, use))
      arenas +=
          fmt::format("#define {}_ARENA{} {}u /* {} */\n", capitals(name), use.suffix, *bytes, use.options);
  }
  if (arenas.empty()) return Failure{"lentil.h does not run it"};
  std::string array;
  for (std::size_t at = 0; at < model.size(); at += kBytesPerLine) {
    const auto line = std::span(model).subspan(at, std::min(kBytesPerLine, model.size() - at));
    for (const std::byte b : line) array += fmt::format("{},", static_cast<unsigned>(b));
    array += '\n';
  }
  return to_bytes(fmt::format(kHead, name, model.size(), capitals(name), arenas, name, array));
}

Outcome<std::vector<std::byte>> write(const ModelFile& file) {
  return write_as(write_model(file), "model.h");
}

// Classifies what the model can prepare, or what is prepared already.
Outcome<std::vector<std::byte>> write_main(const AlignedBytes& model, std::string_view header) {
  const std::string name = identifier(header);
  const Use* use = arena_of(model, kUses[0]) ? &kUses[0] : &kUses[1];
  return to_bytes(fmt::format(kMain, "main", header, capitals(name) + "_ARENA" + use->suffix, use->options,
                              name, capitals(name)));
}

}  // namespace

const Exporter kCArrayExporter{
    .name = "c-array",
    .summary = "the model as an array in C, with the sizes of its arenas, and a main.c",
    .ending = ".h",
    .write = write,
    .usage = "main.c beside it shows how",
    .write_as = write_as,
    .companion = "main.c",
    .write_companion = write_main};

}  // namespace lentil::formats
