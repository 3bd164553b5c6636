// How far training images are distorted, and the text that says so.
#pragma once
#include <string_view>

#include "formats/host/outcome.h"

namespace lentil::formats {

// The most that each distortion does; how much an image gets is drawn anew each time. 0: none of it.
struct AugmentOptions {
  float shift = 0;    // pixels, in each direction
  float rotate = 0;   // degrees, either way
  float scale = 0;    // 0.2: from 0.8 to 1.2 times the size; half of it between width and height
  float shear = 0;    // columns a row, either way: the tangent of the slant
  float elastic = 0;  // pixels by which a smooth random field moves the middle of what it moves
  float thickness =
      0;  // pixels that are put around bright strokes; up to half of it, at most 0.5, is taken off
  float contrast = 0;  // 0.2: from 0.8 to 1.2 times the brightness
  float blur = 0;      // 1: wholly replaced by the mean of 3x3 pixels with binomial weights
  friend bool operator==(const AugmentOptions&, const AugmentOptions&) = default;
};

// Whether anything is to be done.
bool distorts(const AugmentOptions& options);

// "none", "light", "full", or such a word and changes to it: "full,rotate=20,blur=0"; changes alone start
// from none. A Failure names the word that is wrong, and what it may be.
Outcome<AugmentOptions> parse_augment(std::string_view text);

}  // namespace lentil::formats
