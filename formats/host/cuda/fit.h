// The loop around a CudaTrainer.
#pragma once
#include "formats/host/cuda/trainer.h"
#include "formats/host/fit.h"

namespace lentil::cuda {

// As formats::fit() for a Trainer, to the same bits. The trainer has the images of `data` already, by
// use_images(); but with an augmenter the processor distorts them and they come along with each step. So many
// steps are handed over together as take about half a second: `after_step` is called, and may end the run,
// after these.
Outcome<formats::FitResult> fit(CudaTrainer& trainer, const formats::Dataset& data,
                                const formats::FitOptions& options,
                                const formats::FitCallback& after_step = {});

}  // namespace lentil::cuda
