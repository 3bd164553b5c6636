// What data sets of single pictures have in common. Internal to dataset_*.cpp.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "formats/host/dataset.h"

namespace lentil::formats {

// Adds pictures one by one; the first one sets the size if the request leaves that open.
class PictureCollector {
 public:
  PictureCollector(const DatasetRequest& request, std::string name);

  Outcome<std::monostate> add(const Image& image, const std::string& name, std::uint8_t label);
  Outcome<std::monostate> add_file(const std::string& path, std::uint8_t label);
  // Files that were added are hashed all together, as they are in the set: their pixels, then their labels.
  Dataset finish();

 private:
  const DatasetRequest& request_;
  Dataset set_;
};

// The labels of names of classes. All are numbers: these, which must be below `classes`. Else: their place in
// the sorted list of the different names, of which there may be `classes`.
struct ClassLabels {
  std::vector<std::string> names{};  // sorted, without repetition
  bool numbers = false;

  std::uint8_t label_of(const std::string& name) const;  // a name that the list was made from
  std::vector<std::string> shown() const { return numbers ? std::vector<std::string>{} : names; }
};
// `where` begins the sentence of a failure.
Outcome<ClassLabels> label_classes(std::vector<std::string> names, std::uint32_t classes,
                                   const std::string& where);

// The test set that a data set without one gets.
Outcome<DataSplit> hold_out_test(Dataset&& all);

}  // namespace lentil::formats
