// Data sets of single pictures, in a folder per class.
#pragma once
#include <optional>
#include <string>

#include "formats/host/dataset.h"

namespace lentil::formats {

// ROOT/train/CLASS/picture and ROOT/test/CLASS/picture (or training, testing), or ROOT/CLASS/picture with a
// test set held out. Classes that are all numbers are the labels; else they count from 0 in the order of
// their names. Hidden files, files that are no pictures, and folders inside a class are skipped and counted
// in the notes. Nothing if there is no picture in such a place.
std::optional<Outcome<DataSplit>> load_picture_folders(const std::string& root,
                                                       const DatasetRequest& request);

}  // namespace lentil::formats
