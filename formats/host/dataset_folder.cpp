#include "formats/host/dataset_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "formats/host/dataset_pictures.h"

namespace lentil::formats {
namespace {

namespace fs = std::filesystem;

struct Picture {
  std::string path, class_name;
};

struct Found {
  std::vector<Picture> pictures{};  // sorted by path
  std::size_t hidden = 0, others = 0, folders = 0;
};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

void add_class(const fs::path& folder, Found& found) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (is_hidden(entry.path())) {
      ++found.hidden;
    } else if (entry.is_directory(error)) {
      ++found.folders;
    } else if (entry.is_regular_file(error) && is_image_file(entry.path().string())) {
      found.pictures.push_back({entry.path().string(), folder.filename().string()});
    } else {
      ++found.others;
    }
  }
}

// Folders that cannot be opened are like empty ones.
Found find_pictures(const fs::path& root) {
  Found found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, error)) {
    if (entry.is_directory(error) && !is_hidden(entry.path())) add_class(entry.path(), found);
  }
  // The order of a folder's entries is the file system's.
  std::ranges::sort(found.pictures, {}, &Picture::path);
  return found;
}

Outcome<Dataset> read_pictures(const Found& found, const ClassLabels& labels, const DatasetRequest& request) {
  PictureCollector collector(request, "pictures in folders");
  for (const Picture& picture : found.pictures) {
    const auto added = collector.add_file(picture.path, labels.label_of(picture.class_name));
    if (!added) return added.error();
  }
  Dataset set = collector.finish();
  set.class_names = labels.shown();
  return set;
}

void note(const Found& found, const std::string& where, std::vector<std::string>& notes) {
  std::string skipped;
  const auto add = [&](std::size_t count, const std::string& one, const std::string& many) {
    if (count == 0) return;
    skipped += (skipped.empty() ? "" : ", ") + std::to_string(count) + " " + (count == 1 ? one : many);
  };
  add(found.others, "file that is no picture", "files that are no pictures");
  add(found.hidden, "hidden file", "hidden files");
  add(found.folders, "folder inside a class", "folders inside a class");
  if (!skipped.empty()) notes.push_back(where + ": skipped " + skipped);
}

fs::path first_folder(const fs::path& root, const std::array<const char*, 2>& names) {
  for (const char* name : names) {
    std::error_code error;
    if (fs::is_directory(root / name, error)) return root / name;
  }
  return {};
}

Outcome<ClassLabels> label(const Found& train, const Found& test, std::uint32_t classes,
                           const std::string& root) {
  std::vector<std::string> names;
  for (const Found* half : {&train, &test}) {
    for (const Picture& picture : half->pictures) names.push_back(picture.class_name);
  }
  return label_classes(std::move(names), classes, root);
}

Outcome<DataSplit> read_split(const Found& train, const Found& test, const ClassLabels& labels,
                              const DatasetRequest& request) {
  auto train_set = read_pictures(train, labels, request);
  if (!train_set) return train_set.error();
  if (test.pictures.empty()) return hold_out_test(std::move(*train_set));
  DatasetRequest same = request;
  same.height = train_set->height;
  same.width = train_set->width;
  auto test_set = read_pictures(test, labels, same);
  if (!test_set) return test_set.error();
  return DataSplit{std::move(*train_set), std::move(*test_set)};
}

}  // namespace

std::optional<Outcome<DataSplit>> load_picture_folders(const std::string& root,
                                                       const DatasetRequest& request) {
  const fs::path train_folder = first_folder(root, {"train", "training"});
  const fs::path test_folder = first_folder(root, {"test", "testing"});
  const fs::path from = train_folder.empty() ? fs::path(root) : train_folder;
  const Found train = find_pictures(from);
  if (train.pictures.empty()) return std::nullopt;
  const Found test = train_folder.empty() || test_folder.empty() ? Found{} : find_pictures(test_folder);
  if (!train_folder.empty() && !test_folder.empty() && test.pictures.empty()) {
    return Failure{test_folder.string() + ": no pictures in folders of classes, although " + from.string() +
                   " has some"};
  }

  const auto labels = label(train, test, request.classes, root);
  if (!labels) return labels.error();
  auto split = read_split(train, test, *labels, request);
  if (!split) return split;
  note(train, from.string(), split->notes);
  note(test, test_folder.string(), split->notes);
  return split;
}

}  // namespace lentil::formats
