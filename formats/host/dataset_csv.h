// Data sets in text: a line per image, commas between the cells.
#pragma once
#include <optional>
#include <string>

#include "formats/host/dataset.h"

namespace lentil::formats {

// ROOT is a .csv file, or a folder with train.csv and test.csv, or mnist_train.csv and mnist_test.csv; a test
// set is held out where there is none. Two forms:
// - A label and the pixels from 0 to 255. The label comes first, or last if a header calls the last cell so.
// - The header "image,label" or "label,image", then paths of pictures, relative to the CSV file. Labels that
//   are not all numbers are names of classes, which count from 0 in their order.
// Cells may be quoted, lines end with LF or CRLF, empty lines are skipped. Failures name line and column,
// both from 1. Nothing if ROOT is no such file or folder.
std::optional<Outcome<DataSplit>> load_csv(const std::string& root, const DatasetRequest& request);

}  // namespace lentil::formats
