// lentil new: begins something.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>

#include "formats/export/exporter.h"
#include "formats/host/file_io.h"
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/embedded_files.h"
#include "tools/model_input.h"
#include "tools/new_folder.h"
#include "tools/output.h"
#include "tools/parts.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCmake = R"(# cmake -B build && cmake --build build && build/{0} PICTURE.pgm
cmake_minimum_required(VERSION 3.16)
project({0} LANGUAGES C CXX)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
add_executable({0} {1} lentil.cc)
target_compile_features({0} PRIVATE c_std_99 cxx_std_20)
set_source_files_properties(lentil.cc PROPERTIES COMPILE_OPTIONS "-fno-exceptions;-fno-rtti")
)";

constexpr const char* kMain = R"(// Which class is in a grey picture? The model is a part of the program.
// c++ -std=c++20 -O2 -o app main.cpp lentil.cc && ./app picture.pgm
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "model.h"

namespace {

alignas(LENTIL_ALIGNMENT) unsigned char arena[MODEL_ARENA];

int failed(const char* what, const lentil_error& e) {
  std::cerr << what << ": " << lentil_status_text(e.status) << " (where " << e.where << "; needed " << e.needed
            << ", given " << e.given << ")\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: " << argv[0] << " PICTURE.pgm\n", 2;
  std::ifstream file(argv[1], std::ios::binary);
  std::string kind;
  std::size_t most = 0;
  lentil_image image{};
  image.channels = 1;
  file >> kind >> image.width >> image.height >> most;
  if (!file || kind != "P5" || most != 255 || image.width > 16384 || image.height > 16384)
    return std::cerr << argv[1] << ": no grey picture in binary PGM, or it is too large\n", 1;
  file.ignore(1);
  std::vector<unsigned char> pixels(std::size_t{image.width} * image.height);
  file.read(reinterpret_cast<char*>(pixels.data()), static_cast<std::streamsize>(pixels.size()));
  if (!file) return std::cerr << argv[1] << ": the picture is cut short\n", 1;
  image.pixels = pixels.data();

  lentil_network* network = nullptr;
  lentil_error error = lentil_open(&network, model_data, MODEL_BYTES, nullptr, arena, sizeof arena);
  if (error.status != LENTIL_OK) return failed("the model", error);
  lentil_answer answer{};
  error = lentil_classify(network, &image, &answer, nullptr, 0);
  if (error.status != LENTIL_OK) return failed(argv[1], error);
  const char* label = lentil_label(network, answer.label);
  std::printf("%u %s %.9g\n", answer.label, label == nullptr ? "" : label, static_cast<double>(answer.probability));
  return 0;
}
)";

constexpr std::string_view kModelHeader = "model.h";

struct AppOptions {
  std::string folder, language = "c", model;
};

struct NewFile {
  std::string name;
  std::vector<std::byte> bytes;
};

void declare_app(Arguments& a, AppOptions& o) {
  a.operand("DIR", o.folder, "where to write; a new or empty folder");
  a.choice("--lang", o.language, {"c", "c++"}, "language of the program");
  a.text("--model", "FILE", o.model,
         "the model that becomes a part of it [digits, which reads any picture of a digit]");
}

std::span<const std::byte> embedded(std::string_view name) {
  const auto files = embedded_files();
  return std::ranges::find(files, name, &EmbeddedFile::name)->bytes;
}

formats::AlignedBytes model_of(const AppOptions& o) {
  return o.model.empty() ? formats::AlignedBytes(embedded("digits.lentil")) : load_model(o.model).bytes;
}

NewFile text_file(std::string name, const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {std::move(name), {bytes.begin(), bytes.end()}};
}

NewFile copy_of(std::string_view name) {
  const auto bytes = embedded(name);
  return {std::string(name), {bytes.begin(), bytes.end()}};
}

// CMake takes no other names for a target.
std::string target_name(const fs::path& folder) {
  std::string name = fs::absolute(folder).lexically_normal().filename().string();
  if (name.empty()) name = "app";
  std::ranges::replace_if(
      name, [](unsigned char c) { return c >= 0x80 || (std::isalnum(c) == 0 && c != '_' && c != '-'); }, '_');
  return name;
}

std::vector<NewFile> app_files(const AppOptions& o) {
  const formats::AlignedBytes model = model_of(o);
  const formats::Exporter& exporter = formats::kCArrayExporter;
  const bool in_c = o.language == "c";
  const std::string main = in_c ? "main.c" : "main.cpp";
  std::vector<NewFile> files;
  files.push_back(text_file("CMakeLists.txt", fmt::format(kCmake, target_name(o.folder), main)));
  files.push_back(in_c ? NewFile{main, need(exporter.write_companion(model, kModelHeader))}
                       : text_file(main, kMain));
  files.push_back({std::string(kModelHeader), need(exporter.write_as(model, kModelHeader))});
  files.push_back(copy_of("lentil.h"));
  files.push_back(copy_of("lentil.cc"));
  return files;
}

int run_app(const Command& command, std::span<const std::string> words) {
  AppOptions options;
  Arguments arguments(command);
  declare_app(arguments, options);
  if (!arguments.parse(words)) return 0;
  const std::vector<NewFile> files = app_files(options);  // all are made before the first is written
  make_new_folder(options.folder);
  for (const NewFile& file : files)
    need(formats::write_file_atomically((fs::path(options.folder) / file.name).string(), file.bytes));
  print_result(fmt::format("{0}: cmake -S {0} -B {0}/build && cmake --build {0}/build", options.folder));
  return 0;
}

constexpr const char* kExamples =
    "  lentil new app reader\n"
    "  lentil new app reader --lang c++\n"
    "  lentil new app reader --model lenet.lentil\n";

const Command kApp{"new app", "writes a program around a model that builds at once, in C or C++", kExamples,
                   run_app, describe<AppOptions, declare_app>};
const std::array kParts{&kApp};

}  // namespace

const Command kNewCommand{"new", "begins a program of your own", kExamples, run_part, [](Arguments&) {},
                          kParts};

}  // namespace lentil::tools
