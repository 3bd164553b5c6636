#include "formats/host/dataset_csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "formats/host/csv_lines.h"
#include "formats/host/dataset_pictures.h"
#include "formats/host/file_io.h"
#include "formats/host/md5.h"

namespace lentil::formats {
namespace {

namespace fs = std::filesystem;

struct Columns {
  bool header = false;
  bool paths = false;     // two columns: a picture's path and its label
  std::size_t label = 0;  // counted from 0
  std::size_t count = 0;
};

std::string at(const std::string& path, std::size_t line, std::size_t column) {
  return path + ", line " + std::to_string(line) + ", column " + std::to_string(column + 1) + ": ";
}

std::optional<std::uint32_t> number(std::string_view cell, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size() || value > most) return std::nullopt;
  return value;
}

bool is_one_of(std::string cell, std::initializer_list<std::string_view> names) {
  std::ranges::transform(cell, cell.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return std::ranges::find(names, cell) != names.end();
}

bool names_label(const std::string& cell) { return is_one_of(cell, {"label", "class", "target", "y"}); }
bool names_picture(const std::string& cell) {
  return is_one_of(cell, {"image", "picture", "file", "filename", "path"});
}

Outcome<Columns> read_columns(const std::vector<std::string>& first, const std::string& path) {
  Columns columns{.count = first.size()};
  columns.header =
      std::ranges::any_of(first, [](const std::string& cell) { return !number(cell, 1u << 31); });
  if (!columns.header && first.size() >= 2) return columns;
  if (columns.header && first.size() >= 2) {
    const bool label_last = names_label(first.back()) && !names_label(first.front());
    columns.label = label_last ? first.size() - 1 : 0;
    columns.paths = first.size() == 2 && names_picture(first[1 - columns.label]);
    if (names_label(first[columns.label])) return columns;
  }
  return Failure{path +
                 ", line 1: neither numbers (a label and pixels) nor a header with \"label\" in its first or "
                 "last column, such as label,p0,p1,... or image,label"};
}

class CsvReader {
 public:
  CsvReader(const std::string& path, std::string_view text, const DatasetRequest& request)
      : path_(path), lines_(text), request_(request), collector_(request, "CSV") {}

  Outcome<Dataset> read() {
    std::vector<std::string> cells;
    if (const auto more = lines_.next(cells); more != CsvLines::Next::line) return bad_line(more);
    const auto columns = read_columns(cells, path_);
    if (!columns) return columns.error();
    columns_ = *columns;
    auto next = columns_.header ? lines_.next(cells) : CsvLines::Next::line;
    if (next == CsvLines::Next::end) return bad_line(next);
    for (; next == CsvLines::Next::line; next = lines_.next(cells)) {
      if (cells.size() != columns_.count) {
        return Failure{path_ + ", line " + std::to_string(lines_.line()) + ": " +
                       std::to_string(cells.size()) + " cells found, " + std::to_string(columns_.count) +
                       " expected as in the first line"};
      }
      const auto added = columns_.paths ? remember_path(cells) : add_pixels(cells);
      if (!added) return added.error();
    }
    if (next != CsvLines::Next::end) return bad_line(next);
    return columns_.paths ? read_paths() : collector_.finish();
  }

 private:
  Failure bad_line(CsvLines::Next next) const {
    if (next == CsvLines::Next::end) return {path_ + ": no images found: the file ends before the first one"};
    return {path_ + ", line " + std::to_string(lines_.line()) +
            ": a quotation does not end, or text follows it"};
  }

  Outcome<std::monostate> add_pixels(const std::vector<std::string>& cells) {
    const auto label = number(cells[columns_.label], std::min(request_.classes, 256u) - 1);
    if (!label) {
      return Failure{at(path_, lines_.line(), columns_.label) + "a label from 0 to " +
                     std::to_string(std::min(request_.classes, 256u) - 1) + " expected, '" +
                     cells[columns_.label] + "' found"};
    }
    auto image = empty_image(cells.size() - 1);
    if (!image) return image.error();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i == columns_.label) continue;
      const auto value = number(cells[i], 255);
      if (!value) {
        return Failure{at(path_, lines_.line(), i) + "a value from 0 to 255 expected, '" + cells[i] +
                       "' found"};
      }
      image->pixels.push_back(static_cast<std::uint8_t>(*value));
    }
    return collector_.add(*image, path_ + ", line " + std::to_string(lines_.line()),
                          static_cast<std::uint8_t>(*label));
  }

  // Of the size that is wanted if the number of pixels is right for it, else a square.
  Outcome<Image> empty_image(std::size_t pixels) const {
    if (std::size_t{request_.width} * request_.height == pixels) {
      return Image{.width = request_.width, .height = request_.height};
    }
    const auto side = static_cast<std::uint32_t>(std::lround(std::sqrt(static_cast<double>(pixels))));
    if (std::size_t{side} * side == pixels) return Image{.width = side, .height = side};
    return Failure{path_ + ": " + std::to_string(pixels) + " pixels in a line are no square picture"};
  }

  Outcome<std::monostate> remember_path(const std::vector<std::string>& cells) {
    const std::string& picture = cells[1 - columns_.label];
    if (picture.empty() || cells[columns_.label].empty()) {
      return Failure{at(path_, lines_.line(), picture.empty() ? 1 - columns_.label : columns_.label) +
                     "the cell is empty"};
    }
    pictures_.push_back((fs::path(path_).parent_path() / picture).string());
    labels_.push_back(cells[columns_.label]);
    lines_of_.push_back(lines_.line());
    return std::monostate{};
  }

  Outcome<Dataset> read_paths() {
    const auto labels = label_classes(labels_, request_.classes, path_);
    if (!labels) return labels.error();
    for (std::size_t i = 0; i < pictures_.size(); ++i) {
      const auto added = collector_.add_file(pictures_[i], labels->label_of(labels_[i]));
      if (!added) return Failure{at(path_, lines_of_[i], 1 - columns_.label) + added.error().message};
    }
    Dataset set = collector_.finish();
    set.class_names = labels->shown();
    return set;
  }

  const std::string& path_;
  CsvLines lines_;
  const DatasetRequest& request_;
  PictureCollector collector_;
  Columns columns_{};
  std::vector<std::string> pictures_{}, labels_{};
  std::vector<std::size_t> lines_of_{};
};

Outcome<Dataset> read_csv(const std::string& path, const DatasetRequest& request) {
  const auto bytes = read_file_aligned(path);
  if (!bytes) return bytes.error();
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  auto set = CsvReader(path, text, request).read();
  if (!set) return set;
  const std::span<const std::uint8_t> contents(reinterpret_cast<const std::uint8_t*>(text.data()),
                                               text.size());
  set->name = "CSV files";
  set->sources.insert(set->sources.begin(), {fs::path(path).filename().string(), md5_hex({contents})});
  return set;
}

Outcome<DataSplit> read_split(const std::string& train_path, const std::string& test_path,
                              const DatasetRequest& request) {
  auto train = read_csv(train_path, request);
  if (!train) return train.error();
  if (test_path.empty()) return hold_out_test(std::move(*train));
  DatasetRequest same = request;
  same.height = train->height;
  same.width = train->width;
  auto test = read_csv(test_path, same);
  if (!test) return test.error();
  if (test->class_names != train->class_names) {
    return Failure{test_path + ": its classes are not those of " + train_path +
                   "; give both files the same ones"};
  }
  return DataSplit{std::move(*train), std::move(*test)};
}

}  // namespace

std::optional<Outcome<DataSplit>> load_csv(const std::string& root, const DatasetRequest& request) {
  std::error_code error;
  if (fs::is_regular_file(root, error)) {
    if (fs::path(root).extension() != ".csv") return std::nullopt;
    return read_split(root, "", request);
  }
  for (const std::string prefix : {"", "mnist_"}) {
    const fs::path train = fs::path(root) / (prefix + "train.csv"),
                   test = fs::path(root) / (prefix + "test.csv");
    if (!fs::exists(train, error)) continue;
    return read_split(train.string(), fs::exists(test, error) ? test.string() : "", request);
  }
  return std::nullopt;
}

}  // namespace lentil::formats
