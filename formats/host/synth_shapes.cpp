#include "formats/host/synth_shapes.h"

#include <array>

namespace lentil::formats {
namespace {

using Strokes = std::span<const PenPoint>;
constexpr bool kCorner = true;

constexpr PenPoint kZero[] = {{.34, .01}, {.0, -.02}, {-.03, 1.02}, {.6, 1.03}, {.64, -.02}, {.32, .0}};
constexpr PenPoint kZeroHooked[] = {{.42, .09}, {.26, -.03}, {-.02, .1},  {-.02, 1.03},
                                    {.6, 1.03}, {.64, -.02}, {.38, -.02}, {.24, .06}};

constexpr PenPoint kBar[] = {{.06, .0}, {.04, .5}, {.05, 1.}};
constexpr PenPoint kFlaggedOne[] = {{-.14, .22}, {-.02, .16}, {.1, .0, kCorner}, {.1, .5}, {.1, 1.}};
constexpr PenPoint kRoofedOne[] = {{-.2, .28}, {.09, .0, kCorner}, {.1, .5}, {.09, 1.}};
constexpr PenPoint kFoot[] = {{-.16, 1.}, {.1, .99}, {.36, 1.}};

constexpr PenPoint kTwo[] = {{.03, .24}, {.06, -.02},         {.62, -.06}, {.58, .38},
                             {.38, .7},  {.02, .98, kCorner}, {.3, .94},   {.76, .97}};
constexpr PenPoint kLoopedTwo[] = {{.04, .2},  {.12, -.05}, {.62, -.05}, {.58, .4},  {.38, .8},
                                   {.1, 1.06}, {-.08, .88}, {.1, .74},   {.36, .94}, {.8, .96}};
constexpr PenPoint kRoundTwo[] = {{.0, .12},  {.2, .0},   {.6, -.04}, {.6, .36},
                                  {.22, .75}, {.0, 1.06}, {.3, .94},  {.74, .98}};

constexpr PenPoint kThree[] = {{.03, .14}, {.16, -.04}, {.62, -.06}, {.6, .42}, {.22, .46, kCorner},
                               {.64, .42}, {.68, 1.},   {.2, 1.05},  {.0, .86}};
constexpr PenPoint kRoundThree[] = {{.05, .08}, {.3, -.06}, {.62, .08},  {.5, .4},   {.26, .46},
                                    {.5, .5},   {.68, .68}, {.56, 1.04}, {.2, 1.02}, {.02, .9}};
constexpr PenPoint kFlatThree[] = {{.04, .03}, {.3, .04},  {.58, .02, kCorner}, {.26, .38, kCorner},
                                   {.66, .36}, {.68, .98}, {.2, 1.06},          {.0, .88}};

constexpr PenPoint kOpenFourHook[] = {{.1, .02}, {.06, .28}, {.0, .54, kCorner}, {.3, .54}, {.64, .5}};
constexpr PenPoint kOpenFourCup[] = {{.06, .0}, {-.02, .42}, {.08, .62}, {.4, .58}, {.56, .46}};
constexpr PenPoint kFourStem[] = {{.53, .02}, {.5, .5}, {.48, 1.}};
constexpr PenPoint kClosedFourHook[] = {{.44, .0}, {.22, .34}, {.0, .64, kCorner}, {.3, .64}, {.66, .63}};
constexpr PenPoint kClosedFourStem[] = {{.45, .0}, {.45, .5}, {.44, 1.}};
constexpr PenPoint kPointedFour[] = {{.48, 1.},           {.5, .5}, {.5, .0, kCorner}, {.28, .3},
                                     {.02, .58, kCorner}, {.3, .6}, {.64, .58}};

constexpr PenPoint kFive[] = {{.58, .02}, {.34, .03}, {.12, .03, kCorner}, {.1, .2},    {.07, .43, kCorner},
                              {.3, .3},   {.64, .42}, {.62, 1.},           {.16, 1.06}, {.0, .86}};
constexpr PenPoint kFiveBody[] = {{.14, .06}, {.1, .24},   {.08, .42, kCorner}, {.34, .32},
                                  {.64, .48}, {.58, 1.02}, {.14, 1.03},         {.0, .88}};
constexpr PenPoint kFiveTop[] = {{.13, .05}, {.36, .03}, {.62, .0}};
constexpr PenPoint kRoundFive[] = {{.6, .0},   {.36, .02}, {.14, .04},  {.06, .34}, {.2, .42},
                                   {.56, .44}, {.62, .84}, {.36, 1.06}, {.0, .94}};

constexpr PenPoint kSix[] = {{.44, .0},   {.18, .12}, {-.04, .6}, {.02, 1.04},
                             {.58, 1.06}, {.62, .5},  {.2, .46},  {.05, .78}};
constexpr PenPoint kUprightSix[] = {{.36, .0},  {.06, .26}, {-.04, .94}, {.26, 1.04},
                                    {.56, .98}, {.54, .56}, {.2, .54},   {.02, .84}};

constexpr PenPoint kSeven[] = {{.0, .05}, {.3, .05}, {.6, .03, kCorner}, {.42, .42}, {.24, 1.}};
constexpr PenPoint kSerifSeven[] = {{.0, .2},  {.01, .12}, {.03, .04, kCorner}, {.3, .05}, {.6, .02, kCorner},
                                    {.4, .44}, {.3, 1.}};
constexpr PenPoint kRoundSeven[] = {{.0, .1},  {.2, .02},  {.52, .0}, {.62, .08},
                                    {.46, .4}, {.26, .72}, {.2, 1.}};
constexpr PenPoint kSevenCross[] = {{.16, .53}, {.36, .51}, {.6, .49}};

constexpr PenPoint kEight[] = {{.54, .14},  {.42, -.04},  {.02, -.06}, {.02, .36}, {.6, .56},
                               {.64, 1.04}, {-.02, 1.06}, {-.0, .64},  {.52, .36}, {.56, .12}};
constexpr PenPoint kEightTop[] = {{.3, .46}, {.0, .44}, {.04, -.02}, {.54, -.02}, {.58, .44}, {.28, .47}};
constexpr PenPoint kEightBottom[] = {{.3, .46}, {-.04, .5}, {-.02, 1.04}, {.6, 1.04}, {.62, .5}, {.3, .47}};
constexpr PenPoint kEightFromMiddle[] = {{.3, .47}, {.04, .36},   {.06, -.06}, {.56, -.04}, {.54, .34},
                                         {.1, .56}, {-.02, 1.04}, {.58, 1.06}, {.58, .62},  {.26, .46}};

constexpr PenPoint kNine[] = {{.54, .16}, {.4, -.06},          {-.02, -.04}, {.0, .56},
                              {.44, .54}, {.55, .14, kCorner}, {.54, .5},    {.5, 1.}};
constexpr PenPoint kCurvedNine[] = {{.52, .14},          {.4, -.06}, {-.02, -.04}, {.0, .54}, {.42, .54},
                                    {.55, .12, kCorner}, {.6, .66},  {.46, 1.08},  {.08, .94}};
constexpr PenPoint kLeaningNine[] = {{.5, .08},  {.2, -.06},          {-.04, .22}, {.06, .5},
                                     {.34, .44}, {.54, .06, kCorner}, {.44, .46},  {.24, 1.}};

constexpr Strokes kZeroForm[] = {kZero}, kZeroHookedForm[] = {kZeroHooked};
constexpr Strokes kBarForm[] = {kBar}, kFlaggedOneForm[] = {kFlaggedOne},
                  kRoofedOneForm[] = {kRoofedOne, kFoot};
constexpr Strokes kTwoForm[] = {kTwo}, kLoopedTwoForm[] = {kLoopedTwo}, kRoundTwoForm[] = {kRoundTwo};
constexpr Strokes kThreeForm[] = {kThree}, kRoundThreeForm[] = {kRoundThree}, kFlatThreeForm[] = {kFlatThree};
constexpr Strokes kOpenFourForm[] = {kOpenFourHook, kFourStem}, kCupFourForm[] = {kOpenFourCup, kFourStem};
constexpr Strokes kClosedFourForm[] = {kClosedFourHook, kClosedFourStem}, kPointedFourForm[] = {kPointedFour};
constexpr Strokes kFiveForm[] = {kFive}, kTwoStrokeFiveForm[] = {kFiveBody, kFiveTop},
                  kRoundFiveForm[] = {kRoundFive};
constexpr Strokes kSixForm[] = {kSix}, kUprightSixForm[] = {kUprightSix};
constexpr Strokes kSevenForm[] = {kSeven}, kSerifSevenForm[] = {kSerifSeven},
                  kRoundSevenForm[] = {kRoundSeven};
constexpr Strokes kCrossedSevenForm[] = {kSeven, kSevenCross};
constexpr Strokes kEightForm[] = {kEight}, kTwoRingsForm[] = {kEightTop, kEightBottom},
                  kEightFromMiddleForm[] = {kEightFromMiddle};
constexpr Strokes kNineForm[] = {kNine}, kCurvedNineForm[] = {kCurvedNine},
                  kLeaningNineForm[] = {kLeaningNine};

constexpr Glyph kZeros[] = {{5, kZeroForm}, {2, kZeroHookedForm}};
constexpr Glyph kOnes[] = {{8, kBarForm}, {2, kFlaggedOneForm}, {1, kRoofedOneForm}};
constexpr Glyph kTwos[] = {{3, kTwoForm}, {3, kLoopedTwoForm}, {2, kRoundTwoForm}};
constexpr Glyph kThrees[] = {{3, kThreeForm}, {3, kRoundThreeForm}, {1, kFlatThreeForm}};
constexpr Glyph kFours[] = {
    {3, kOpenFourForm}, {3, kCupFourForm}, {1, kClosedFourForm}, {2, kPointedFourForm}};
constexpr Glyph kFives[] = {{2, kFiveForm}, {2, kTwoStrokeFiveForm}, {2, kRoundFiveForm}};
constexpr Glyph kSixes[] = {{3, kSixForm}, {3, kUprightSixForm}};
constexpr Glyph kSevens[] = {
    {4, kSevenForm}, {2, kSerifSevenForm}, {2, kRoundSevenForm}, {2, kCrossedSevenForm}};
constexpr Glyph kEights[] = {{3, kEightForm}, {1, kTwoRingsForm}, {3, kEightFromMiddleForm}};
constexpr Glyph kNines[] = {{3, kNineForm}, {2, kCurvedNineForm}, {3, kLeaningNineForm}};

constexpr std::array<std::span<const Glyph>, 10> kDigits{kZeros, kOnes,  kTwos,   kThrees, kFours,
                                                         kFives, kSixes, kSevens, kEights, kNines};

}  // namespace

std::span<const Glyph> glyphs_of(std::uint32_t digit) { return kDigits[digit]; }

}  // namespace lentil::formats
