// What a training begins with: a network and its images, new or from where an earlier one stopped.
#pragma once
#include "tools/arguments.h"
#include "tools/train_options.h"
#include "tools/training.h"

namespace lentil::tools {

struct TrainJob {
  formats::ModelFile start;
  TrainingData data;
};

// Both also turn "full" into the number of images. Stop if the data cannot be had or do not fit.
TrainJob new_job(TrainOptions& options);
// Goes on where `checkpoint` stopped; `options` become those that it began with.
TrainJob resumed_job(TrainOptions& options, const Arguments& arguments, formats::ModelFile checkpoint);

// The images of `root` for as many classes as the network has outputs. What was left out of them is noted on
// standard error unless `quiet`.
formats::DataSplit load_data(const std::string& root, const formats::ModelFile& file, bool quiet = false);

}  // namespace lentil::tools
