// A checked model file, read where it lies: no copy, no heap. Everything returned borrows the file's bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "formats/model_contents.h"
#include "runtime/model.h"

namespace lentil::formats {

namespace fbs {
struct Layer;
struct ModelFile;
}  // namespace fbs

struct StepView {
  StepKind kind;
  std::span<const float> values;
};

struct SampleView {
  std::span<const std::uint8_t> pixels;  // [C][H][W], to be normalized; or
  std::span<const float> values;         // the network's input as it is
  std::span<const float> outputs;        // empty: not recorded
  std::int16_t label;                    // class; -1: none
};

struct DataFileView {
  std::string_view name, md5;
};

struct TrainingView {
  std::string_view data, command, tool;
  TrainingNumbers numbers;
  std::uint32_t file_count;
};

struct StateView {
  std::string_view command;
  StateNumbers numbers;
  std::span<const std::uint16_t> frozen;
  std::uint32_t velocity_count;
  std::span<const float> best_weights;  // all trained values in file order; empty: none yet
};

struct VelocityView {
  std::uint16_t layer;
  Slot slot;
  std::span<const float> data;
};

// Made by open_model (formats/model_reader.h) alone, which checks all that is promised here and in Model.
class FileView {
 public:
  Model model() const;
  std::span<const std::byte> bytes() const { return bytes_; }
  std::uint32_t checksum() const;

  std::string_view name() const;
  std::string_view licence() const;
  std::string_view description() const;

  // Indices must lie below the count, as everywhere.
  std::uint32_t label_count() const;  // 0, or the network's outputs where these are known
  std::string_view label(std::uint32_t index) const;
  std::uint32_t step_count() const;
  StepView step(std::uint32_t index) const;
  std::uint32_t golden_count() const;
  SampleView golden(std::uint32_t index) const;
  std::uint32_t replay_count() const;
  SampleView replay(std::uint32_t index) const;

  std::optional<TrainingView> training() const;
  DataFileView data_file(std::uint32_t index) const;  // < training()->file_count
  std::optional<StateView> state() const;
  VelocityView velocity(std::uint32_t index) const;  // < state()->velocity_count; as long as its tensor

 private:
  friend class ModelChecker;
  FileView(std::span<const std::byte> bytes, const fbs::ModelFile* root) : bytes_(bytes), root_(root) {}
  static Layer read_layer(const void* file, std::uint32_t index);

  std::span<const std::byte> bytes_;
  const fbs::ModelFile* root_;
};

}  // namespace lentil::formats
