#include "formats/host/synth_shapes.h"

#include <array>

namespace lentil::formats {
namespace {

using Strokes = std::span<const PenPoint>;
constexpr bool kCorner = true;

constexpr PenPoint kZero[] = {{.34, .01}, {.0, -.02}, {-.03, 1.02}, {.6, 1.03}, {.64, -.02}, {.32, .0}};
constexpr PenPoint kZeroHooked[] = {{.42, .09}, {.26, -.03}, {-.02, .1},  {-.02, 1.03},
                                    {.6, 1.03}, {.64, -.02}, {.38, -.02}, {.24, .06}};
constexpr PenPoint kZeroOpen[] = {{.44, .04}, {.1, -.06}, {-.1, .5},  {.04, 1.04},
                                  {.5, 1.06}, {.68, .5},  {.58, .06}, {.4, .1}};
constexpr PenPoint kZeroLooped[] = {{.5, .14}, {.3, -.02},  {-.02, .06}, {-.04, 1.02}, {.58, 1.05},
                                    {.66, .1}, {.42, -.08}, {.26, .06},  {.4, .22}};
constexpr PenPoint kZeroFromLeft[] = {{.14, .14}, {-.06, .4}, {-.02, 1.04}, {.56, 1.06},
                                      {.66, .2},  {.36, -.1}, {.12, .12},   {.06, .3}};
constexpr PenPoint kZeroSlash[] = {{.1, .9}, {.3, .5}, {.52, .1}};
constexpr PenPoint kBar[] = {{.06, .0}, {.04, .5}, {.05, 1.}};
constexpr PenPoint kBentBar[] = {{.0, .0}, {.12, .3}, {.1, .7}, {.04, 1.}};
constexpr PenPoint kFlaggedOne[] = {{-.14, .22}, {-.02, .16}, {.1, .0, kCorner}, {.1, .5}, {.1, 1.}};
constexpr PenPoint kSteepFlaggedOne[] = {{-.3, .58}, {-.12, .3}, {.1, .0, kCorner}, {.1, .5}, {.1, 1.}};
constexpr PenPoint kLongFlaggedOne[] = {{-.34, .54}, {-.14, .28}, {.1, .0, kCorner}, {.11, .5}, {.1, 1.}};
constexpr PenPoint kRoofedOne[] = {{-.2, .28}, {.09, .0, kCorner}, {.1, .5}, {.09, 1.}};
constexpr PenPoint kCurlyOne[] = {{-.2, .2}, {-.12, .26}, {.04, .16}, {.1, .0, kCorner}, {.1, .5}, {.1, 1.}};
constexpr PenPoint kFoot[] = {{-.16, 1.}, {.1, .99}, {.36, 1.}};
constexpr PenPoint kTwo[] = {{.03, .24}, {.06, -.02},         {.62, -.06}, {.58, .38},
                             {.38, .7},  {.02, .98, kCorner}, {.3, .94},   {.6, .97}};
constexpr PenPoint kTwoLooped[] = {{.04, .2},  {.12, -.05}, {.62, -.05}, {.58, .4},  {.38, .8},
                                   {.1, 1.06}, {-.08, .88}, {.1, .74},   {.36, .94}, {.66, .98}};
constexpr PenPoint kTwoRound[] = {{.0, .12},  {.2, .0},   {.6, -.04}, {.6, .36},
                                  {.22, .75}, {.0, 1.06}, {.3, .94},  {.74, .98}};
constexpr PenPoint kTwoZ[] = {{.0, .08},         {.3, .0},  {.6, .0, kCorner}, {.3, .5},
                              {.0, 1., kCorner}, {.3, .98}, {.64, .98}};
constexpr PenPoint kTwoSwan[] = {{.0, .3}, {-.02, -.02}, {.42, -.1}, {.6, .2}, {.4, .6}, {-.04, 1., kCorner},
                                 {.2, .9}, {.44, 1.06},  {.7, .92}};
constexpr PenPoint kTwoFalling[] = {{.05, .22},  {.1, -.06},  {.58, -.06}, {.56, .42},  {.2, .9},
                                    {-.1, 1.02}, {-.08, .76}, {.16, .76},  {.46, 1.06}, {.74, 1.12}};
constexpr PenPoint kTwoShort[] = {{.08, .16}, {.3, -.06},         {.56, .06}, {.5, .4},
                                  {.24, .7},  {.0, .92, kCorner}, {.24, .94}, {.46, .92}};
constexpr PenPoint kThree[] = {{.03, .14}, {.16, -.04}, {.62, -.06}, {.6, .42}, {.22, .46, kCorner},
                               {.64, .42}, {.68, 1.},   {.2, 1.05},  {.0, .86}};
constexpr PenPoint kThreeRound[] = {{.05, .08}, {.3, -.06}, {.62, .08},  {.5, .4},   {.26, .46},
                                    {.5, .5},   {.68, .68}, {.56, 1.04}, {.2, 1.02}, {.02, .9}};
constexpr PenPoint kThreeFlat[] = {{.04, .03}, {.3, .04},  {.58, .02, kCorner}, {.26, .38, kCorner},
                                   {.66, .36}, {.68, .98}, {.2, 1.06},          {.0, .88}};
constexpr PenPoint kThreeLooped[] = {{.04, .12}, {.2, -.06}, {.6, -.04}, {.56, .38}, {.28, .52}, {.12, .46},
                                     {.24, .36}, {.42, .46}, {.7, .6},   {.6, 1.06}, {.2, 1.05}, {.0, .9}};
constexpr PenPoint kThreeTailed[] = {{.0, .1},   {.3, -.08}, {.6, .06},  {.46, .36},  {.2, .44, kCorner},
                                     {.56, .44}, {.66, .8},  {.3, 1.05}, {-.12, 1.02}};
constexpr PenPoint kThreeShallow[] = {{.02, .06}, {.24, -.04}, {.56, .0}, {.5, .3},  {.3, .44},
                                      {.5, .5},   {.6, .74},   {.46, 1.}, {.1, 1.02}};
constexpr PenPoint kFourHook[] = {{.1, .02}, {.06, .28}, {.0, .54, kCorner}, {.3, .54}, {.64, .5}};
constexpr PenPoint kFourCup[] = {{.06, .0}, {-.02, .42}, {.08, .62}, {.4, .58}, {.56, .46}};
constexpr PenPoint kFourStem[] = {{.53, .02}, {.5, .5}, {.48, 1.}};
constexpr PenPoint kFourClosedHook[] = {{.44, .0}, {.22, .34}, {.0, .64, kCorner}, {.3, .64}, {.66, .63}};
constexpr PenPoint kFourClosedStem[] = {{.45, .0}, {.45, .5}, {.44, 1.}};
constexpr PenPoint kFourPointed[] = {{.48, 1.},           {.5, .5}, {.5, .0, kCorner}, {.28, .3},
                                     {.02, .58, kCorner}, {.3, .6}, {.64, .58}};
constexpr PenPoint kFourSquare[] = {{.04, .0}, {.0, .26}, {.02, .5, kCorner}, {.3, .52}, {.58, .5}};
constexpr PenPoint kFourTallStem[] = {{.6, -.1}, {.57, .5}, {.52, 1.}};
constexpr PenPoint kFourShortStem[] = {{.4, .3}, {.4, .62}, {.38, 1.}};
constexpr PenPoint kFourWideHook[] = {{.12, .0}, {.04, .2}, {-.04, .44, kCorner}, {.3, .46}, {.78, .42}};
constexpr PenPoint kFourOneStroke[] = {{.04, .04},          {-.02, .4}, {.16, .58}, {.46, .42},
                                       {.58, .02, kCorner}, {.54, .5},  {.46, 1.}};
constexpr PenPoint kFourLeaning[] = {{.3, .0}, {.16, .3}, {.0, .56, kCorner}, {.36, .56}, {.72, .56}};
constexpr PenPoint kFourLowStem[] = {{.6, .16}, {.48, .5}, {.34, 1.02}};
constexpr PenPoint kFive[] = {{.58, .02}, {.34, .03}, {.12, .03, kCorner}, {.1, .2},    {.07, .43, kCorner},
                              {.3, .3},   {.64, .42}, {.62, 1.},           {.16, 1.06}, {.0, .86}};
constexpr PenPoint kFiveBody[] = {{.14, .06}, {.1, .24},   {.08, .42, kCorner}, {.34, .32},
                                  {.64, .48}, {.58, 1.02}, {.14, 1.03},         {.0, .88}};
constexpr PenPoint kFiveTop[] = {{.13, .05}, {.36, .03}, {.62, .0}};
constexpr PenPoint kFiveLongTop[] = {{.12, .06}, {.44, .02}, {.86, -.02}};
constexpr PenPoint kFiveDetachedTop[] = {{.26, -.02}, {.46, -.03}, {.7, -.08}};
constexpr PenPoint kFiveRound[] = {{.6, .0},   {.36, .02}, {.14, .04},  {.06, .34}, {.2, .42},
                                   {.56, .44}, {.62, .84}, {.36, 1.06}, {.0, .94}};
constexpr PenPoint kFiveS[] = {{.62, .04}, {.3, -.04}, {.06, .12},  {.1, .4},
                               {.44, .5},  {.6, .74},  {.44, 1.04}, {.0, .98}};
constexpr PenPoint kFiveLow[] = {{.5, .0},   {.3, .02},  {.16, .02, kCorner}, {.1, .3},   {.04, .52, kCorner},
                                 {.26, .44}, {.56, .56}, {.46, .98},          {.1, 1.04}, {-.06, .96}};
constexpr PenPoint kFiveSteep[] = {{.66, .0}, {.4, .04}, {.2, .04, kCorner}, {.14, .24}, {.1, .4, kCorner},
                                   {.4, .3},  {.56, .5}, {.5, .9},           {.2, 1.1},  {-.1, .96}};
constexpr PenPoint kSix[] = {{.44, .0},   {.18, .12}, {-.04, .6}, {.02, 1.04},
                             {.58, 1.06}, {.62, .5},  {.2, .46},  {.05, .78}};
constexpr PenPoint kSixUpright[] = {{.36, .0},  {.06, .26}, {-.04, .94}, {.26, 1.04},
                                    {.56, .98}, {.54, .56}, {.2, .54},   {.02, .84}};
constexpr PenPoint kSixLarge[] = {{.56, .02},  {.16, .0},  {-.08, .5}, {.0, 1.06},
                                  {.62, 1.08}, {.68, .58}, {.3, .4},   {.0, .68}};
constexpr PenPoint kSixSmall[] = {{.4, .0},    {.16, .26}, {-.04, .76}, {.04, 1.06},
                                  {.42, 1.06}, {.46, .68}, {.18, .62},  {.02, .84}};
constexpr PenPoint kSixStraight[] = {{.1, .0},    {.04, .36}, {-.02, .8}, {.04, 1.06},
                                     {.52, 1.08}, {.58, .56}, {.2, .5},   {.02, .74}};
constexpr PenPoint kSixLooped[] = {{.46, .02}, {.1, .16}, {-.06, .7}, {.1, 1.08}, {.52, 1.},
                                   {.54, .62}, {.3, .5},  {.06, .72}, {.1, .96},  {.3, .92}};
constexpr PenPoint kSixOpen[] = {{.4, .0},   {.1, .2},   {-.06, .7}, {.1, 1.06},
                                 {.5, 1.02}, {.56, .66}, {.36, .54}, {.16, .66}};
constexpr PenPoint kSeven[] = {{.0, .05}, {.3, .05}, {.6, .03, kCorner}, {.42, .42}, {.24, 1.}};
constexpr PenPoint kSevenSerif[] = {{.0, .2},  {.01, .12}, {.03, .04, kCorner}, {.3, .05}, {.6, .02, kCorner},
                                    {.4, .44}, {.3, 1.}};
constexpr PenPoint kSevenRound[] = {{.0, .1},  {.2, .02},  {.52, .0}, {.62, .08},
                                    {.46, .4}, {.26, .72}, {.2, 1.}};
constexpr PenPoint kSevenWave[] = {{.0, .14}, {.1, -.04}, {.3, .12}, {.6, .0, kCorner}, {.42, .4}, {.22, 1.}};
constexpr PenPoint kSevenHooked[] = {{.02, .24}, {.0, .08}, {.14, .0},  {.4, .06},
                                     {.62, .0},  {.56, .3}, {.34, .64}, {.28, 1.}};
constexpr PenPoint kSevenCurved[] = {{.0, .04}, {.3, .04}, {.58, .02, kCorner},
                                     {.26, .4}, {.2, .7},  {.22, 1.}};
constexpr PenPoint kSevenUpright[] = {{.0, .06}, {.24, .04}, {.5, .03, kCorner}, {.48, .5}, {.44, 1.}};
constexpr PenPoint kSevenLong[] = {{-.1, .1}, {.3, .06}, {.7, .0, kCorner}, {.4, .4}, {.1, .94}};
constexpr PenPoint kSevenCross[] = {{.16, .53}, {.36, .51}, {.6, .49}};
constexpr PenPoint kEight[] = {{.54, .14},  {.42, -.04},  {.02, -.06}, {.02, .36}, {.6, .56},
                               {.64, 1.04}, {-.02, 1.06}, {-.0, .64},  {.52, .36}, {.56, .12}};
constexpr PenPoint kEightTop[] = {{.3, .46}, {.0, .44}, {.04, -.02}, {.54, -.02}, {.58, .44}, {.28, .47}};
constexpr PenPoint kEightBottom[] = {{.3, .46}, {-.04, .5}, {-.02, 1.04}, {.6, 1.04}, {.62, .5}, {.3, .47}};
constexpr PenPoint kEightFromMiddle[] = {{.3, .47}, {.04, .36},   {.06, -.06}, {.56, -.04}, {.54, .34},
                                         {.1, .56}, {-.02, 1.04}, {.58, 1.06}, {.58, .62},  {.26, .46}};
constexpr PenPoint kEightOpen[] = {{.56, .08}, {.3, -.1},   {-.04, .08}, {.08, .42}, {.5, .56},
                                   {.62, .94}, {.22, 1.12}, {-.06, .86}, {.26, .52}, {.42, .28}};
constexpr PenPoint kEightStraight[] = {{.52, .1},  {.3, -.1},  {.0, .1},   {.1, .36}, {.5, .66},
                                       {.5, 1.06}, {.1, 1.06}, {.04, .76}, {.26, .5}, {.56, .06}};
constexpr PenPoint kEightFromLeft[] = {{.06, .1},  {.3, -.1}, {.62, .06}, {.5, .4}, {.04, .6}, {-.04, 1.04},
                                       {.6, 1.06}, {.6, .66}, {.14, .4},  {.0, .2}, {.16, .0}};
constexpr PenPoint kEightSmallTop[] = {{.44, .1},   {.3, -.04},   {.1, .02},   {.12, .3},  {.5, .46},
                                       {.66, 1.04}, {-.04, 1.08}, {-.04, .56}, {.38, .36}, {.46, .1}};
constexpr PenPoint kEightNarrow[] = {{.4, .06},   {.2, -.08},  {.1, .16}, {.2, .4},  {.44, .66},
                                     {.36, 1.06}, {.06, 1.04}, {.1, .7},  {.34, .4}, {.42, .04}};
constexpr PenPoint kNine[] = {{.54, .16}, {.4, -.06},          {-.02, -.04}, {.0, .56},
                              {.44, .54}, {.55, .14, kCorner}, {.54, .5},    {.5, 1.}};
constexpr PenPoint kNineCurved[] = {{.52, .14},          {.4, -.06}, {-.02, -.04}, {.0, .54}, {.42, .54},
                                    {.55, .12, kCorner}, {.6, .66},  {.46, 1.08},  {.08, .94}};
constexpr PenPoint kNineLeaning[] = {{.5, .08},  {.2, -.06},          {-.04, .22}, {.06, .5},
                                     {.34, .44}, {.54, .06, kCorner}, {.44, .46},  {.24, 1.}};
constexpr PenPoint kNineG[] = {{.5, .1},   {.26, -.06},         {-.06, .14}, {.06, .52},
                               {.42, .46}, {.54, .08, kCorner}, {.56, .6},   {.56, 1.08},
                               {.14, 1.1}, {.02, .92}};
constexpr PenPoint kNineQ[] = {{.52, .12},         {.3, -.06}, {-.04, .06},         {.02, .52}, {.4, .5},
                               {.54, .1, kCorner}, {.53, .5},  {.52, .96, kCorner}, {.6, .94},  {.72, .84}};
constexpr PenPoint kNineRound[] = {{.5, .36},   {.26, .54}, {-.06, .42}, {.0, -.06},
                                   {.52, -.06}, {.62, .4},  {.46, .84},  {.1, 1.04}};
constexpr PenPoint kNineStem[] = {{.56, .02}, {.55, .5}, {.52, 1.}};
constexpr PenPoint kNineRing[] = {{.54, .1}, {.34, -.06}, {-.06, -.02}, {-.04, .5}, {.42, .52}, {.56, .18}};
constexpr PenPoint kNineSmall[] = {{.46, .1},  {.3, -.04},         {.06, .04}, {.06, .36},
                                   {.36, .38}, {.5, .02, kCorner}, {.5, .5},   {.46, 1.}};
constexpr PenPoint kNineOpen[] = {{.5, .02}, {.2, -.02},          {-.04, .2}, {.06, .48},
                                  {.4, .44}, {.56, .04, kCorner}, {.52, .5},  {.46, 1.}};
constexpr PenPoint kNineBowed[] = {{.5, .12}, {.3, -.08}, {-.04, .04}, {.0, .5},  {.4, .46},
                                   {.54, .1}, {.58, .44}, {.46, .8},   {.3, 1.02}};
constexpr PenPoint kZeroRound[] = {{.4, -.02},  {-.06, -.06}, {-.1, 1.04},
                                   {.66, 1.08}, {.74, -.04},  {.34, -.02}};
constexpr PenPoint kTwoNarrowTop[] = {{.12, .1},          {.24, -.06}, {.44, .06}, {.3, .5},
                                      {.06, 1., kCorner}, {.3, .96},   {.7, .98}};
constexpr PenPoint kTwoBigLoop[] = {{.04, .2},    {.14, -.06}, {.6, -.04}, {.56, .4}, {.3, .8},
                                    {-.04, 1.08}, {-.1, .7},   {.2, .66},  {.4, .96}, {.76, 1.}};
constexpr PenPoint kTwoDeepHook[] = {{.2, .4},  {-.04, .34},       {.02, -.06}, {.6, -.08}, {.6, .4},
                                     {.3, .84}, {.0, 1., kCorner}, {.3, .94},   {.58, .96}};
constexpr PenPoint kTwoDeepLooped[] = {{.16, .36}, {-.06, .26}, {.06, -.08}, {.62, -.06}, {.58, .42},
                                       {.2, 1.04}, {-.1, .9},   {.1, .7},    {.36, .96},  {.58, 1.02}};
constexpr PenPoint kThreeZ[] = {{.04, .04}, {.3, .02}, {.54, .0, kCorner}, {.2, .4},   {.28, .42},
                                {.6, .44},  {.62, .9}, {.3, 1.08},         {-.04, .94}};
constexpr PenPoint kThreeOpenTop[] = {{.12, .02}, {.44, -.04}, {.52, .2}, {.36, .4},  {.2, .44},
                                      {.5, .46},  {.62, .7},   {.46, 1.}, {.2, 1.02}, {-.04, .96}};
constexpr PenPoint kThreeWideMiddle[] = {{.06, .08}, {.4, -.1},  {.6, .12},  {.44, .36}, {.06, .46, kCorner},
                                         {.5, .42},  {.68, .74}, {.5, 1.06}, {.0, 1.02}};
constexpr PenPoint kFiveBodyStraight[] = {{.16, .04}, {.12, .2}, {.1, .36, kCorner}, {.3, .38},
                                          {.56, .54}, {.52, .9}, {.3, 1.02},         {.06, 1.}};
constexpr PenPoint kSixWide[] = {{.3, .0},   {.04, .3}, {-.06, .6}, {-.04, 1.06}, {.5, 1.08},
                                 {.76, .86}, {.6, .56}, {.2, .7},   {.08, .92}};
constexpr PenPoint kSixFlicked[] = {{.34, .0}, {.08, .4},  {-.04, .8}, {.1, 1.08}, {.44, 1.04},
                                    {.62, .8}, {.44, .56}, {.2, .72},  {.0, .76}};
constexpr PenPoint kSevenSloped[] = {{-.02, .14}, {.24, .1}, {.54, .0, kCorner}, {.4, .4}, {.3, 1.}};
constexpr PenPoint kSevenFalling[] = {{.0, -.02}, {.24, .08}, {.56, .1, kCorner}, {.4, .5}, {.22, 1.}};
constexpr PenPoint kEightThinBottom[] = {{.56, .12}, {.3, -.1},  {-.04, .1}, {.1, .4}, {.4, .6},
                                         {.46, .92}, {.24, 1.1}, {.06, .9},  {.2, .6}, {.6, .16}};
constexpr PenPoint kEightSlanted[] = {{.6, .1},   {.3, -.08}, {.06, .1}, {.12, .36}, {.46, .54}, {.5, .9},
                                      {.2, 1.08}, {-.06, .9}, {.14, .6}, {.5, .4},   {.64, .14}};
constexpr PenPoint kNineAngular[] = {{.5, .1},  {.2, .0}, {.0, .3}, {.1, .44}, {.4, .3}, {.52, .06, kCorner},
                                     {.44, .5}, {.36, 1.}};
constexpr PenPoint kNineSlanted[] = {{.46, .14}, {.3, -.04}, {.02, .06}, {-.02, .38}, {.2, .46},
                                     {.42, .24}, {.5, .0},   {.48, .5},  {.4, 1.}};
constexpr PenPoint kNineStraight[] = {{.56, .04}, {.24, -.06},         {-.06, .14}, {.02, .48},
                                      {.4, .44},  {.58, .06, kCorner}, {.54, .5},   {.5, 1.}};
constexpr PenPoint kEightCross[] = {{.64, .02}, {.3, -.06}, {-.02, .14}, {.1, .4},  {.5, .62}, {.52, 1.04},
                                    {.1, 1.1},  {.0, .8},   {.2, .56},   {.48, .3}, {.66, .1}};
constexpr PenPoint kEightTailed[] = {{.74, -.02}, {.5, .0},   {.06, -.06}, {.02, .32}, {.54, .54}, {.6, 1.0},
                                     {.1, 1.1},   {-.04, .8}, {.3, .52},   {.54, .3},  {.56, .0}};
constexpr PenPoint kEightSmallBottom[] = {{.56, .16}, {.4, -.08}, {-.06, -.04}, {.04, .44},
                                          {.4, .54},  {.5, .9},   {.3, 1.08},   {.06, 1.0},
                                          {.1, .66},  {.52, .46}, {.58, .12}};
constexpr PenPoint kTwoWavy[] = {{.04, .24},           {.08, -.04}, {.58, -.06}, {.56, .36}, {.34, .7},
                                 {-.02, .98, kCorner}, {.14, .86},  {.34, .96},  {.5, 1.06}, {.74, .88}};
constexpr PenPoint kNineTilted[] = {{.6, .06}, {.3, -.04},          {-.02, .1}, {-.02, .44}, {.24, .52},
                                    {.5, .3},  {.58, .06, kCorner}, {.48, .5},  {.3, 1.}};
constexpr PenPoint kSixTilted[] = {{.6, .0}, {.26, .22}, {-.02, .62}, {.0, 1.02}, {.36, 1.08},
                                   {.6, .8}, {.44, .54}, {.2, .64},   {.06, .88}};
constexpr PenPoint kSevenDeepHook[] = {{-.04, .34}, {.0, .02},  {.2, -.02}, {.44, .08},
                                       {.62, .0},   {.54, .34}, {.36, .64}, {.3, 1.}};
constexpr PenPoint kZeroOverlapped[] = {{.5, .12},  {.1, -.14}, {-.1, .5},  {.1, 1.08},
                                        {.6, 1.04}, {.72, .3},  {.4, -.12}, {.1, .1}};
constexpr PenPoint kNineHorned[] = {{.46, .14}, {.2, -.02},           {-.02, .2}, {.06, .48},
                                    {.36, .42}, {.54, -.06, kCorner}, {.5, .5},   {.44, 1.}};
constexpr PenPoint kNineGap[] = {{.44, .02}, {.1, .02},          {-.04, .3}, {.1, .5},
                                 {.4, .42},  {.56, .0, kCorner}, {.5, .5},   {.4, 1.}};

constexpr Strokes kZeroForm[] = {kZero};
constexpr Strokes kZeroHookedForm[] = {kZeroHooked};
constexpr Strokes kZeroOpenForm[] = {kZeroOpen};
constexpr Strokes kZeroLoopedForm[] = {kZeroLooped};
constexpr Strokes kZeroFromLeftForm[] = {kZeroFromLeft};
constexpr Strokes kZeroRoundForm[] = {kZeroRound};
constexpr Strokes kZeroAndZeroSlashForm[] = {kZero, kZeroSlash};
constexpr Strokes kZeroOverlappedForm[] = {kZeroOverlapped};
constexpr Strokes kBarForm[] = {kBar};
constexpr Strokes kBentBarForm[] = {kBentBar};
constexpr Strokes kFlaggedOneForm[] = {kFlaggedOne};
constexpr Strokes kSteepFlaggedOneForm[] = {kSteepFlaggedOne};
constexpr Strokes kLongFlaggedOneForm[] = {kLongFlaggedOne};
constexpr Strokes kCurlyOneForm[] = {kCurlyOne};
constexpr Strokes kRoofedOneAndFootForm[] = {kRoofedOne, kFoot};
constexpr Strokes kFlaggedOneAndFootForm[] = {kFlaggedOne, kFoot};
constexpr Strokes kSteepFlaggedOneAndFootForm[] = {kSteepFlaggedOne, kFoot};
constexpr Strokes kBarAndFootForm[] = {kBar, kFoot};
constexpr Strokes kTwoForm[] = {kTwo};
constexpr Strokes kTwoLoopedForm[] = {kTwoLooped};
constexpr Strokes kTwoRoundForm[] = {kTwoRound};
constexpr Strokes kTwoZForm[] = {kTwoZ};
constexpr Strokes kTwoSwanForm[] = {kTwoSwan};
constexpr Strokes kTwoFallingForm[] = {kTwoFalling};
constexpr Strokes kTwoShortForm[] = {kTwoShort};
constexpr Strokes kTwoNarrowTopForm[] = {kTwoNarrowTop};
constexpr Strokes kTwoBigLoopForm[] = {kTwoBigLoop};
constexpr Strokes kTwoDeepHookForm[] = {kTwoDeepHook};
constexpr Strokes kTwoDeepLoopedForm[] = {kTwoDeepLooped};
constexpr Strokes kTwoWavyForm[] = {kTwoWavy};
constexpr Strokes kThreeForm[] = {kThree};
constexpr Strokes kThreeRoundForm[] = {kThreeRound};
constexpr Strokes kThreeFlatForm[] = {kThreeFlat};
constexpr Strokes kThreeLoopedForm[] = {kThreeLooped};
constexpr Strokes kThreeTailedForm[] = {kThreeTailed};
constexpr Strokes kThreeShallowForm[] = {kThreeShallow};
constexpr Strokes kThreeZForm[] = {kThreeZ};
constexpr Strokes kThreeOpenTopForm[] = {kThreeOpenTop};
constexpr Strokes kThreeWideMiddleForm[] = {kThreeWideMiddle};
constexpr Strokes kFourHookAndFourStemForm[] = {kFourHook, kFourStem};
constexpr Strokes kFourCupAndFourStemForm[] = {kFourCup, kFourStem};
constexpr Strokes kFourClosedHookAndFourClosedStemForm[] = {kFourClosedHook, kFourClosedStem};
constexpr Strokes kFourSquareAndFourTallStemForm[] = {kFourSquare, kFourTallStem};
constexpr Strokes kFourHookAndFourShortStemForm[] = {kFourHook, kFourShortStem};
constexpr Strokes kFourWideHookAndFourStemForm[] = {kFourWideHook, kFourStem};
constexpr Strokes kFourLeaningAndFourShortStemForm[] = {kFourLeaning, kFourShortStem};
constexpr Strokes kFourCupAndFourLowStemForm[] = {kFourCup, kFourLowStem};
constexpr Strokes kFourSquareAndFourLowStemForm[] = {kFourSquare, kFourLowStem};
constexpr Strokes kFourLeaningAndFourClosedStemForm[] = {kFourLeaning, kFourClosedStem};
constexpr Strokes kFourPointedForm[] = {kFourPointed};
constexpr Strokes kFourOneStrokeForm[] = {kFourOneStroke};
constexpr Strokes kFiveForm[] = {kFive};
constexpr Strokes kFiveBodyAndFiveTopForm[] = {kFiveBody, kFiveTop};
constexpr Strokes kFiveRoundForm[] = {kFiveRound};
constexpr Strokes kFiveBodyAndFiveLongTopForm[] = {kFiveBody, kFiveLongTop};
constexpr Strokes kFiveBodyAndFiveDetachedTopForm[] = {kFiveBody, kFiveDetachedTop};
constexpr Strokes kFiveSForm[] = {kFiveS};
constexpr Strokes kFiveLowForm[] = {kFiveLow};
constexpr Strokes kFiveSteepForm[] = {kFiveSteep};
constexpr Strokes kFiveBodyStraightAndFiveTopForm[] = {kFiveBodyStraight, kFiveTop};
constexpr Strokes kFiveBodyStraightAndFiveLongTopForm[] = {kFiveBodyStraight, kFiveLongTop};
constexpr Strokes kSixForm[] = {kSix};
constexpr Strokes kSixUprightForm[] = {kSixUpright};
constexpr Strokes kSixLargeForm[] = {kSixLarge};
constexpr Strokes kSixSmallForm[] = {kSixSmall};
constexpr Strokes kSixStraightForm[] = {kSixStraight};
constexpr Strokes kSixLoopedForm[] = {kSixLooped};
constexpr Strokes kSixOpenForm[] = {kSixOpen};
constexpr Strokes kSixWideForm[] = {kSixWide};
constexpr Strokes kSixFlickedForm[] = {kSixFlicked};
constexpr Strokes kSixTiltedForm[] = {kSixTilted};
constexpr Strokes kSevenForm[] = {kSeven};
constexpr Strokes kSevenSerifForm[] = {kSevenSerif};
constexpr Strokes kSevenRoundForm[] = {kSevenRound};
constexpr Strokes kSevenWaveForm[] = {kSevenWave};
constexpr Strokes kSevenHookedForm[] = {kSevenHooked};
constexpr Strokes kSevenCurvedForm[] = {kSevenCurved};
constexpr Strokes kSevenLongForm[] = {kSevenLong};
constexpr Strokes kSevenAndSevenCrossForm[] = {kSeven, kSevenCross};
constexpr Strokes kSevenSerifAndSevenCrossForm[] = {kSevenSerif, kSevenCross};
constexpr Strokes kSevenCurvedAndSevenCrossForm[] = {kSevenCurved, kSevenCross};
constexpr Strokes kSevenRoundAndSevenCrossForm[] = {kSevenRound, kSevenCross};
constexpr Strokes kSevenUprightForm[] = {kSevenUpright};
constexpr Strokes kSevenSlopedForm[] = {kSevenSloped};
constexpr Strokes kSevenFallingForm[] = {kSevenFalling};
constexpr Strokes kSevenDeepHookForm[] = {kSevenDeepHook};
constexpr Strokes kEightForm[] = {kEight};
constexpr Strokes kEightTopAndEightBottomForm[] = {kEightTop, kEightBottom};
constexpr Strokes kEightFromMiddleForm[] = {kEightFromMiddle};
constexpr Strokes kEightOpenForm[] = {kEightOpen};
constexpr Strokes kEightStraightForm[] = {kEightStraight};
constexpr Strokes kEightFromLeftForm[] = {kEightFromLeft};
constexpr Strokes kEightSmallTopForm[] = {kEightSmallTop};
constexpr Strokes kEightNarrowForm[] = {kEightNarrow};
constexpr Strokes kEightThinBottomForm[] = {kEightThinBottom};
constexpr Strokes kEightSlantedForm[] = {kEightSlanted};
constexpr Strokes kEightCrossForm[] = {kEightCross};
constexpr Strokes kEightTailedForm[] = {kEightTailed};
constexpr Strokes kEightSmallBottomForm[] = {kEightSmallBottom};
constexpr Strokes kNineForm[] = {kNine};
constexpr Strokes kNineCurvedForm[] = {kNineCurved};
constexpr Strokes kNineLeaningForm[] = {kNineLeaning};
constexpr Strokes kNineGForm[] = {kNineG};
constexpr Strokes kNineQForm[] = {kNineQ};
constexpr Strokes kNineRoundForm[] = {kNineRound};
constexpr Strokes kNineRingAndNineStemForm[] = {kNineRing, kNineStem};
constexpr Strokes kNineSmallForm[] = {kNineSmall};
constexpr Strokes kNineOpenForm[] = {kNineOpen};
constexpr Strokes kNineBowedForm[] = {kNineBowed};
constexpr Strokes kNineAngularForm[] = {kNineAngular};
constexpr Strokes kNineSlantedForm[] = {kNineSlanted};
constexpr Strokes kNineStraightForm[] = {kNineStraight};
constexpr Strokes kNineTiltedForm[] = {kNineTilted};
constexpr Strokes kNineHornedForm[] = {kNineHorned};
constexpr Strokes kNineGapForm[] = {kNineGap};

constexpr Glyph kZeros[] = {
    {6, kZeroForm},         {2, kZeroHookedForm}, {3, kZeroOpenForm},         {2, kZeroLoopedForm},
    {3, kZeroFromLeftForm}, {6, kZeroRoundForm},  {1, kZeroAndZeroSlashForm}, {4, kZeroOverlappedForm}};
constexpr Glyph kOnes[] = {{12, kBarForm},
                           {3, kBentBarForm},
                           {3, kFlaggedOneForm},
                           {2, kSteepFlaggedOneForm},
                           {2, kLongFlaggedOneForm},
                           {1, kCurlyOneForm},
                           {2, kRoofedOneAndFootForm},
                           {1, kFlaggedOneAndFootForm},
                           {1, kSteepFlaggedOneAndFootForm},
                           {1, kBarAndFootForm}};
constexpr Glyph kTwos[] = {{4, kTwoForm},         {4, kTwoLoopedForm},     {3, kTwoRoundForm},
                           {2, kTwoZForm},        {3, kTwoSwanForm},       {3, kTwoFallingForm},
                           {2, kTwoShortForm},    {2, kTwoNarrowTopForm},  {3, kTwoBigLoopForm},
                           {4, kTwoDeepHookForm}, {3, kTwoDeepLoopedForm}, {3, kTwoWavyForm}};
constexpr Glyph kThrees[] = {{3, kThreeForm},       {4, kThreeRoundForm},   {2, kThreeFlatForm},
                             {1, kThreeLoopedForm}, {2, kThreeTailedForm},  {3, kThreeShallowForm},
                             {2, kThreeZForm},      {4, kThreeOpenTopForm}, {3, kThreeWideMiddleForm}};
constexpr Glyph kFours[] = {{3, kFourHookAndFourStemForm},
                            {3, kFourCupAndFourStemForm},
                            {2, kFourClosedHookAndFourClosedStemForm},
                            {3, kFourSquareAndFourTallStemForm},
                            {2, kFourHookAndFourShortStemForm},
                            {2, kFourWideHookAndFourStemForm},
                            {2, kFourLeaningAndFourShortStemForm},
                            {2, kFourCupAndFourLowStemForm},
                            {2, kFourSquareAndFourLowStemForm},
                            {2, kFourLeaningAndFourClosedStemForm},
                            {1, kFourPointedForm},
                            {1, kFourOneStrokeForm}};
constexpr Glyph kFives[] = {{3, kFiveForm},
                            {4, kFiveBodyAndFiveTopForm},
                            {3, kFiveRoundForm},
                            {3, kFiveBodyAndFiveLongTopForm},
                            {2, kFiveBodyAndFiveDetachedTopForm},
                            {3, kFiveSForm},
                            {3, kFiveLowForm},
                            {3, kFiveSteepForm},
                            {2, kFiveBodyStraightAndFiveTopForm},
                            {2, kFiveBodyStraightAndFiveLongTopForm}};
constexpr Glyph kSixes[] = {{3, kSixForm},      {3, kSixUprightForm},  {1, kSixLargeForm},
                            {3, kSixSmallForm}, {2, kSixStraightForm}, {3, kSixLoopedForm},
                            {2, kSixOpenForm},  {3, kSixWideForm},     {3, kSixFlickedForm},
                            {3, kSixTiltedForm}};
constexpr Glyph kSevens[] = {{4, kSevenForm},
                             {2, kSevenSerifForm},
                             {3, kSevenRoundForm},
                             {2, kSevenWaveForm},
                             {2, kSevenHookedForm},
                             {3, kSevenCurvedForm},
                             {2, kSevenLongForm},
                             {2, kSevenAndSevenCrossForm},
                             {1, kSevenSerifAndSevenCrossForm},
                             {1, kSevenCurvedAndSevenCrossForm},
                             {1, kSevenRoundAndSevenCrossForm},
                             {1, kSevenUprightForm},
                             {2, kSevenSlopedForm},
                             {2, kSevenFallingForm},
                             {2, kSevenDeepHookForm}};
constexpr Glyph kEights[] = {{4, kEightForm},           {2, kEightTopAndEightBottomForm},
                             {3, kEightFromMiddleForm}, {3, kEightOpenForm},
                             {4, kEightStraightForm},   {2, kEightFromLeftForm},
                             {2, kEightSmallTopForm},   {3, kEightNarrowForm},
                             {3, kEightThinBottomForm}, {4, kEightSlantedForm},
                             {4, kEightCrossForm},      {3, kEightTailedForm},
                             {3, kEightSmallBottomForm}};
constexpr Glyph kNines[] = {
    {3, kNineForm},         {3, kNineCurvedForm}, {4, kNineLeaningForm},         {2, kNineGForm},
    {1, kNineQForm},        {3, kNineRoundForm},  {2, kNineRingAndNineStemForm}, {3, kNineSmallForm},
    {1, kNineOpenForm},     {3, kNineBowedForm},  {4, kNineAngularForm},         {5, kNineSlantedForm},
    {4, kNineStraightForm}, {4, kNineTiltedForm}, {4, kNineHornedForm},          {2, kNineGapForm}};

constexpr std::array<DigitShapes, 10> kDigits{{{kZeros, 0.55, 1.9},
                                               {kOnes, 0.5, 1.15},
                                               {kTwos, 0.8, 1.7},
                                               {kThrees, 0.8, 1.75},
                                               {kFours, 0.75, 1.6},
                                               {kFives, 0.75, 1.75},
                                               {kSixes, 0.75, 1.75},
                                               {kSevens, 0.9, 1.6},
                                               {kEights, 0.75, 1.7},
                                               {kNines, 0.65, 1.65}}};

}  // namespace

const DigitShapes& shapes_of(std::uint32_t digit) { return kDigits[digit]; }

}  // namespace lentil::formats
